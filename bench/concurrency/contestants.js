// @ts-check
// Who takes part: the package itself, fixed numbers of calls, and the rivals, all on pools of the same workers.
import { createPool } from "../../dist/index.js";
import { Load } from "./load.js";
import { RIVALS } from "./rivals/rival.js";

/** The largest number of calls at once, for everybody. */
export const MOST = 64;
export const FIXED = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/** Those that decide for themselves; the fixed numbers are what they are compared with. */
export const ADAPTIVE = ["nogil", "blocking ratio", ".NET hill climbing", "Gradient2"];
/** More calls than any limit, so that it is the limit that limits. */
const PRESSURE = MOST + 16;

/** @typedef {{ seconds: number, tasks: number, rate: number, limits: [seconds: number, limit: number][] }} Run */
/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {Load} load
 * @property {(seconds: number) => Promise<Run>} run
 * @property {() => number | undefined} settled seconds of its work until it knew its limit; undefined: not yet, or never
 */

/**
 * @param {string} module
 * @param {string} python
 * @param {number} cores
 */
export async function contestants(module, python, cores) {
  const options = {
    module,
    python,
    profile: /** @type {const} */ ("thread"),
    output: /** @type {const} */ ("events"),
  };
  const shared = await createPool({ ...options, threads: MOST });
  const own = await createPool({ ...options, concurrency: "auto", maxThreads: MOST });
  const load = new Load(shared);
  /** @type {Contestant[]} */
  const all = FIXED.map((limit) => fixed(load, limit));
  for (const name of ADAPTIVE) {
    if (name === "nogil") all.push(nogil(new Load(own)));
    else all.push(rival(name, load, cores));
  }
  const close = () => Promise.all([shared.close({ force: true }), own.close({ force: true })]);
  return { all, close };
}

/**
 * @param {Load} load
 * @param {number} limit
 * @returns {Contestant}
 */
function fixed(load, limit) {
  return {
    name: `fixed: ${limit}`,
    load,
    settled: () => 0,
    async run(seconds) {
      load.keep(limit);
      const run = await watch(load, seconds);
      await load.stop();
      return { ...run, limits: [[run.seconds, limit]] };
    },
  };
}

/**
 * @param {Load} load
 * @returns {Contestant}
 */
function nogil(load) {
  let worked = 0;
  /** @type {number | undefined} */
  let settledAfter;
  return {
    name: "nogil",
    load,
    settled: () => settledAfter,
    async run(seconds) {
      const begin = performance.now();
      /** @type {[number, number][]} */
      const limits = [];
      let since = begin;
      const limit = () => load.pool.stats().concurrency?.workload?.limit ?? 1;
      let current = limit();
      /** @param {{ limit: number, kind: string }} change */
      const changed = (change) => {
        const now = performance.now();
        limits.push([(now - since) / 1e3, current]);
        [since, current] = [now, change.limit];
      };
      load.pool.on("limit-changed", changed);
      const watcher = setInterval(() => {
        if (settledAfter === undefined && load.pool.stats().concurrency?.workload?.knee !== undefined) {
          settledAfter = worked + (performance.now() - begin) / 1e3;
        }
      }, 20);
      load.keep(PRESSURE);
      const run = await watch(load, seconds);
      clearInterval(watcher);
      load.pool.off("limit-changed", changed);
      limits.push([(performance.now() - since) / 1e3, current]);
      worked += run.seconds;
      await load.stop();
      return { ...run, limits };
    },
  };
}

/**
 * @param {string} name
 * @param {Load} load
 * @param {number} cores
 * @returns {Contestant}
 */
function rival(name, load, cores) {
  const create = RIVALS[name];
  if (create === undefined) throw new Error(`no rival is called ${name}`);
  const controller = create({ most: MOST, cores });
  let step = controller.step;
  return {
    name,
    load,
    settled: () => undefined,
    async run(seconds) {
      const begin = performance.now();
      const first = load.ended;
      /** @type {[number, number][]} */
      const limits = [];
      while (performance.now() - begin < seconds * 1e3) {
        load.keep(step.limit);
        const { limit } = step;
        const before = load.ended;
        const cpu = load.cpuSeconds();
        const window = await watch(load, step.seconds);
        const after = load.ended;
        limits.push([window.seconds, limit]);
        const measured = after.measured - before.measured;
        step = controller.next({
          seconds: window.seconds,
          completions: window.tasks,
          latency: window.tasks > 0 ? (after.wall - before.wall) / window.tasks : 0,
          use: Math.min(1, (load.cpuSeconds() - cpu) / window.seconds / cores),
          shares: undefined,
          cpuPerTask: measured > 0 ? (after.cpu - before.cpu) / measured : undefined,
          troubled: 0,
          isMemoryFull: false,
        });
      }
      const run = outcome(first, load.ended, begin);
      await load.stop();
      return { ...run, limits };
    },
  };
}

/**
 * @param {Load} load
 * @param {number} seconds
 */
async function watch(load, seconds) {
  const begin = performance.now();
  const before = load.ended;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1e3));
  if (load.failure !== undefined) throw load.failure;
  return outcome(before, load.ended, begin);
}

/**
 * @param {import("./load.js").Ended} before
 * @param {import("./load.js").Ended} after
 * @param {number} begin
 */
function outcome(before, after, begin) {
  const seconds = (performance.now() - begin) / 1e3;
  const tasks = after.tasks - before.tasks;
  return { seconds, tasks, rate: tasks / seconds };
}
