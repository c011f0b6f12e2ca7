// @ts-check
// The order of a run: row by row, round by round, every contender once a round, each round starting with another one, so
// that whatever the machine does meanwhile meets all of them alike.
import { CONTENDERS, loadContender } from "./contenders/contender.js";
import { foreignLoad, readLoad } from "./foreign-load.js";
import { HostProcess } from "./host-process.js";
import { loadRow, ROWS } from "./rows/row.js";

/** A sample taken beside foreign load is taken again so often; then the least disturbed one counts, and is marked. */
const ATTEMPTS = 3;
/** The machine is watched so long before every round of samples; a busy one is waited for. */
const WATCH_MS = 200;
const WATCHES = 10;
/** What a run spends at most on waiting for a quiet machine and on samples taken again; then it takes what it gets. */
const PATIENCE_MS = 30_000;

/**
 * @typedef {object} TakenSample
 * @property {number} round
 * @property {number} [value]
 * @property {Record<string, number>} [details]
 * @property {number} foreign share of the machine that others used
 * @property {boolean} quiet
 */
/**
 * @typedef {object} Cell one contender in one row
 * @property {"measured" | "outcome" | "cut off" | "failed" | "not installed" | "not applicable"} status
 * @property {TakenSample[]} samples
 * @property {string} [outcome]
 * @property {string} [reason]
 * @property {string} [remark]
 */
/** @typedef {Record<string, Record<string, Cell>>} Cells row → contender → cell */
/**
 * @typedef {object} RunState
 * @property {import("./contenders/contender.js").Interpreter} python
 * @property {Map<string, HostProcess>} hosts contender → the process in which it stays warm
 * @property {number} patienceMs what is left of PATIENCE_MS
 */

/**
 * @param {import("./contenders/contender.js").Interpreter} python
 * @param {{ rows: string[], contenders: string[], onProgress: (text: string) => void }} options
 * @returns {Promise<Cells>}
 */
export async function runRounds(python, { rows, contenders, onProgress }) {
  /** @type {RunState} */
  const run = { python, hosts: new Map(), patienceMs: PATIENCE_MS };
  /** @type {Cells} */
  const cells = {};
  try {
    for (const id of ROWS.filter((id) => rows.includes(id))) {
      cells[id] = await runRow(await loadRow(id), contenders, run, onProgress);
    }
  } finally {
    for (const host of run.hosts.values()) await host.close();
  }
  return cells;
}

/**
 * @param {import("./rows/row.js").Row} row
 * @param {string[]} ids
 * @param {RunState} run
 * @param {(text: string) => void} onProgress
 */
async function runRow(row, ids, run, onProgress) {
  /** @type {Record<string, Cell>} */
  const cells = {};
  for (const id of CONTENDERS.filter((id) => ids.includes(id))) {
    const contender = await loadContender(id);
    const missing = contender.unavailable?.(run.python);
    if (missing !== undefined) cells[id] = { status: "not installed", reason: missing, samples: [] };
    else if (contender.rows?.includes(row.id) === false || row.only?.includes(id) === false)
      cells[id] = { status: "not applicable", samples: [] };
    else cells[id] = { status: row.unit === "outcome" ? "outcome" : "measured", samples: [] };
  }
  for (let round = 0; round < row.rounds; round++) {
    onProgress(`${row.title}: round ${round + 1} of ${row.rounds}`);
    await waitForQuiet(run);
    for (const id of rotated(Object.keys(cells), round)) {
      const cell = /** @type {Cell} */ (cells[id]);
      if (cell.status !== "measured" && cell.status !== "outcome") continue;
      await takeSample(row, id, round, cell, run);
    }
  }
  return cells;
}

/**
 * Adds a sample to the cell, or the reason why there is none.
 * @param {import("./rows/row.js").Row} row
 * @param {string} id the contender
 * @param {number} round
 * @param {Cell} cell
 * @param {RunState} run
 */
async function takeSample(row, id, round, cell, run) {
  /** @type {TakenSample | undefined} */
  let best;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const host = row.fresh ? new HostProcess() : (run.hosts.get(id) ?? new HostProcess());
    if (!row.fresh) run.hosts.set(id, host);
    const before = readLoad();
    const outcome = await host.ask({ contender: id, python: run.python, row: row.id }, row.timeLimitMs);
    const load = foreignLoad(before, readLoad());
    if (row.fresh || outcome.status !== "measured") {
      if (!row.fresh) run.hosts.delete(id);
      await host.close();
    }
    if (outcome.status !== "measured") {
      Object.assign(cell, conclusion(row, outcome));
      return;
    }
    const { value, details, outcome: word, remark } = outcome.sample;
    if (remark) cell.remark = remark;
    if (word !== undefined) {
      // What happens does not depend on how quiet the machine is.
      cell.outcome = word;
      return;
    }
    const sample = {
      round,
      foreign: Math.round(load.share * 1000) / 1000,
      quiet: load.quiet,
      ...(value === undefined ? {} : { value }),
      ...(details === undefined ? {} : { details }),
    };
    if (best === undefined || sample.foreign < best.foreign) best = sample;
    if (sample.quiet || Number.isNaN(load.share) || run.patienceMs <= 0) break;
    run.patienceMs -= performance.now() - before.at;
    await waitForQuiet(run);
  }
  if (best !== undefined) cell.samples.push(best);
}

/**
 * @param {import("./rows/row.js").Row} row
 * @param {Exclude<import("./host-process.js").Outcome, { status: "measured" }>} outcome
 * @returns {Partial<Cell>}
 */
function conclusion(row, outcome) {
  if (outcome.status === "cut off") {
    return { status: "cut off", reason: `no result within ${outcome.afterMs / 1000} s` };
  }
  if (outcome.status === "failed") return { status: "failed", reason: outcome.reason };
  if (row.unit === "outcome") {
    const { outcome: word = "kills Node", remark = "" } = outcome.sample ?? {};
    return { outcome: word, reason: outcome.reason, ...(remark === "" ? {} : { remark }) };
  }
  return { status: "failed", reason: outcome.reason };
}

/**
 * @param {string[]} items
 * @param {number} by
 */
function rotated(items, by) {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/**
 * Returns when the machine is quiet, or after some seconds all the same: the samples tell whether it was.
 * @param {RunState} run
 */
async function waitForQuiet(run) {
  for (let watch = 0; watch < WATCHES; watch++) {
    const before = readLoad();
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    const load = foreignLoad(before, readLoad());
    if (load.quiet || Number.isNaN(load.share) || run.patienceMs <= 0) return;
    run.patienceMs -= WATCH_MS;
  }
}
