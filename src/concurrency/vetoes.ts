/** Reasons why a larger limit cannot help, or must not be tried, whatever throughput says. */
import type { Bounds } from "./course.js";
import { percent } from "./course.js";
import type { Sample } from "./sample.js";

/** All processors are busy: more threads would only take them from one another. */
const FULL_USE = 0.985;
/** With a thread for every processor, threads wait for one for this share of their time: others use the machine too. */
const CROWDED = 0.4;
/** Threads wait for one another for this share of their time. */
const LOCK_BOUND = 0.4;
/** Share of tasks that failed downstream. */
const TROUBLED = 0.01;
/** What overload downstream takes off the limit. */
const TROUBLED_STEP = 0.75;

export interface Ceiling {
  readonly limit: number;
  /** Undefined when only the bounds count. */
  readonly veto: string | undefined;
}

/** The largest limit worth trying after `sample` was seen at `limit`. */
export function ceiling(limit: number, sample: Sample, bounds: Bounds): Ceiling {
  if (sample.troubled > TROUBLED) {
    const lower = Math.max(1, Math.floor(limit * TROUBLED_STEP));
    return {
      limit: lower,
      veto: `${percent(sample.troubled)} of the tasks met overload or time-outs downstream`,
    };
  }
  if (sample.isMemoryFull) return { limit, veto: "memory has reached its limit" };
  if (sample.use >= FULL_USE) {
    return { limit, veto: `the processors are full (${percent(sample.use)} of ${bounds.cores})` };
  }
  const runq = sample.shares?.runq ?? 0;
  if (limit >= bounds.cores && runq > CROWDED) {
    return { limit, veto: `threads wait for a processor for ${percent(runq)} of their time` };
  }
  const lock = sample.shares?.lock ?? 0;
  if (lock > LOCK_BOUND) {
    const useful = Math.max(1, Math.ceil(limit * (1 - lock)) + 1);
    return {
      limit: Math.min(useful, bounds.most),
      veto: `threads wait for one another for ${percent(lock)} of their time`,
    };
  }
  return { limit: bounds.most, veto: undefined };
}
