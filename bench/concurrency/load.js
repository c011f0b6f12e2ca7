// @ts-check
// Keeps a pool busy with one function, as many calls under way as somebody wants, and counts what ends.
import { readFileSync } from "node:fs";

/** The kernel counts processor time in 10 ms ticks. */
const TICK_SECONDS = 0.01;

/** @typedef {{ tasks: number, wall: number, cpu: number, measured: number, lastAt: number }} Ended sums; seconds */

export class Load {
  /** Calls to keep under way. */
  #wanted = 0;
  #underWay = 0;
  /** @type {Ended} */
  #ended = { tasks: 0, wall: 0, cpu: 0, measured: 0, lastAt: 0 };
  /** @type {unknown} */
  failure;

  /** @param {import("../../dist/index.js").Pool} pool */
  constructor(pool) {
    this.pool = pool;
  }

  /** @param {number} calls */
  keep(calls) {
    this.#wanted = calls;
    while (this.#underWay < this.#wanted) this.#call();
  }

  /** Sums up to now. */
  get ended() {
    return { ...this.#ended };
  }

  /** Lets what is under way come to its end. */
  async stop() {
    this.#wanted = 0;
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Processor seconds of the workers and of this process. */
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    let seconds = (user + system) / 1e6;
    for (const { pid } of this.pool.stats().workers) seconds += processSeconds(pid);
    return seconds;
  }

  async #call() {
    this.#underWay++;
    const handle = this.pool.push("workload");
    try {
      await handle;
    } catch (error) {
      this.failure = error;
    }
    this.#underWay--;
    const { wall = 0, cpu } = handle.stats;
    const ended = this.#ended;
    ended.tasks++;
    ended.wall += wall / 1e3;
    if (cpu !== undefined) {
      ended.cpu += cpu / 1e3;
      ended.measured++;
    }
    ended.lastAt = performance.now();
    if (this.failure === undefined && this.#underWay < this.#wanted) this.#call();
  }
}

/** @param {number | undefined} pid */
function processSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
  } catch {
    return 0;
  }
}
