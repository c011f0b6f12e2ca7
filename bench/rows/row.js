// @ts-check
// What a row is: one question put to every contender. A new row is one file that exports `row`, and its name in ROWS.

/**
 * @typedef {object} Sample
 * @property {number} [value] in the row's unit
 * @property {string} [outcome] for rows that ask what happens instead of how long it takes
 * @property {Record<string, number>} [details]
 * @property {string} [remark] what a reader must know about this contender's figure
 */
/**
 * @typedef {object} RowContext
 * @property {import("../contenders/contender.js").Contender} contender
 * @property {() => Promise<import("../contenders/contender.js").Running>} start a new one
 * @property {import("../contenders/contender.js").Running} [running] the host's own, already warm; only without `fresh`
 * @property {(sample: Sample) => void} report what is known so far, should the next step take this process along
 */
/**
 * @typedef {object} Row
 * @property {string} id the name of its file
 * @property {string} title
 * @property {"us" | "ms" | "calls/s" | "x" | "MB" | "outcome"} unit
 * @property {"lower" | "higher"} better
 * @property {number} rounds
 * @property {number} timeLimitMs after it the sample is cut off and the contender not asked again
 * @property {string[]} [only] the contenders that can do it; all without it
 * @property {boolean} [fresh] a new Node process for every sample
 * @property {number} [parallel] how many calls shall run at the same time; 1 unless given
 * @property {(context: RowContext) => Promise<Sample>} measure
 */

/** In the order of the table and of the run. */
export const ROWS = [
  "round-trip",
  "small-calls",
  "value",
  "large-array",
  "resident",
  "callbacks",
  "stream",
  "coroutines",
  "cold-start",
  "two-cores",
  "memory",
  "killed",
];

/**
 * @param {string} id
 * @returns {Promise<Row>}
 */
export async function loadRow(id) {
  return (await import(`./${id}.js`)).row;
}

/**
 * The contender of a row that is not `fresh`.
 * @param {RowContext} context
 */
export function warm({ running }) {
  if (running === undefined) throw new Error("this row needs a contender that is already running");
  return running;
}
