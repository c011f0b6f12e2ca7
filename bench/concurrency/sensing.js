// @ts-check
// What watching costs: a task's thread, and at 64 threads the worker and this process, as shares of one processor.
// Run it on a quiet machine: node bench/concurrency/sensing.js [PYTHON]
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createPool } from "../../dist/index.js";
import { findInterpreters, inspectInterpreter } from "../interpreters.js";

const THREADS = 64;
/** Decisions while the best limit is kept, and looks at the threads (src/pool/regulator.ts). */
const REPORTS_A_SECOND = 4;
const SECONDS = 4;
const GOALS = { task: 1.5e-6, share: 0.005 };

const python =
  process.argv[2] === undefined ? findInterpreters().at(-1) : inspectInterpreter(process.argv[2]);
if (python === undefined) throw new Error("no Python 3 found; name one as the first argument");
const script = fileURLToPath(new URL("sensing_cost.py", import.meta.url));
const packageFolder = fileURLToPath(new URL("../../python", import.meta.url));
const { taskSeconds, reportSeconds } = JSON.parse(
  execFileSync(python.path, [script, packageFolder, String(THREADS)], { encoding: "utf8" }),
);
const host = await hostShare(python.path);
const share = reportSeconds * REPORTS_A_SECOND + host;
console.log(`CPython ${python.version}${python.freeThreaded ? ", free-threaded" : ""}`);
console.log(`a task: ${(taskSeconds * 1e6).toFixed(2)} µs (goal ${GOALS.task * 1e6})`);
console.log(
  `a report of ${THREADS} threads: ${(reportSeconds * 1e6).toFixed(0)} µs, ${REPORTS_A_SECOND} a second`,
);
console.log(`this process: ${(host * 100).toFixed(2)} % of a processor more than without watching`);
console.log(
  `at ${THREADS} threads in all ${(share * 100).toFixed(2)} % of a processor (goal ${GOALS.share * 100} %)`,
);

/**
 * Processor time of this process with the controller less that without it, over the same number of long waits.
 * @param {string} path
 */
async function hostShare(path) {
  const watched = await share64(path, { concurrency: "auto", maxThreads: THREADS });
  const plain = await share64(path, { threads: THREADS });
  return Math.max(0, watched - plain);
}

/**
 * @param {string} path
 * @param {Partial<import("../../dist/index.js").PoolOptions>} options
 */
async function share64(path, options) {
  const module = fileURLToPath(new URL("../../tests/pool/python/loads.py", import.meta.url));
  const pool = await createPool({ module, python: path, profile: "thread", output: "events", ...options });
  let isOver = false;
  // Long waits, so that the calls themselves cost next to nothing.
  const callers = Array.from({ length: THREADS + 16 }, async () => {
    while (!isOver) await pool.call("wait", [0.5]);
  });
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const before = process.cpuUsage();
  const begin = performance.now();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1e3 / (performance.now() - begin);
  isOver = true;
  await Promise.all(callers);
  await pool.close();
  return share;
}
