// @ts-check
// What a row may ask of a contender. A new contender is one file that exports `contender`, and its name in CONTENDERS.

/**
 * @typedef {object} Interpreter
 * @property {string} path
 * @property {string} version
 * @property {boolean} freeThreaded
 * @property {boolean} sharedLibrary whether there is a libpython that another program can load
 */
/** @typedef {(name: string, args: unknown[]) => Promise<unknown>} Call calls a function of python/workload.py */
/**
 * @typedef {object} Running
 * @property {Call} call
 * @property {(values: Float64Array) => Promise<Float64Array>} [echoFloats] the contender's own best way with large arrays
 * @property {(value: object) => Promise<unknown>} [echoValue] when it is not `call("echo", [value])`
 * @property {(length: number) => Promise<(index: number) => Promise<unknown>>} [hold] makes `Numbers` in Python; calls its `at`
 * @property {(f: (number: number) => number, times: number) => Promise<unknown>} [callBack] `call_back` of python/workload.py
 * @property {(count: number) => AsyncIterable<unknown>} [numbers] the items of the generator of that name
 * @property {(seconds: number) => Promise<unknown>} [coroutine] calls the coroutine function `nap`
 * @property {() => string} [remark] what it noticed that its promises do not say
 * @property {() => Promise<void>} close
 */
/**
 * @typedef {object} Contender
 * @property {string} id the name of its file
 * @property {string} title
 * @property {"nogil" | "peer" | "floor"} kind
 * @property {string} [package] the npm package whose version is reported
 * @property {string[]} [rows] the only rows it takes part in; all without it
 * @property {(python: Interpreter) => string | undefined} [unavailable] why it cannot run with this interpreter
 * @property {(python: Interpreter, options: { parallel: number }) => Promise<Running>} start resolves when it takes calls
 */

/** In the order of the table. */
export const CONTENDERS = [
  "nogil",
  "python-shell",
  "pythonia",
  "node-calls-python",
  "http-server",
  "floor-raw",
  "floor-marshal",
];

/**
 * @param {string} id
 * @returns {Promise<Contender>}
 */
export async function loadContender(id) {
  return (await import(`./${id}.js`)).contender;
}
