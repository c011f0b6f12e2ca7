/** What the parts of the controller share while they work for one function. */
import { merge, type Sample, throughput } from "./sample.js";
import type { Plan, Reason } from "./step.js";

export interface Bounds {
  /** The largest limit. */
  readonly most: number;
  /** Processors that may be used; a fraction where a control group grants one. */
  readonly cores: number;
}

/** How much has to be seen before a window counts. */
export interface WindowSize {
  readonly completions: number;
  /** Seconds, at least and (unless tasks are longer) at most. */
  readonly least: number;
  readonly most: number;
}

/** While searching: short, because most limits are left again. */
export const SEARCH_WINDOW: WindowSize = { completions: 40, least: 0.1, most: 0.8 };
/** The reference that later windows are compared with. */
export const REFERENCE_WINDOW: WindowSize = { completions: 80, least: 0.3, most: 1.2 };
/** While the knee is held. */
export const HOLD_WINDOW: WindowSize = { completions: 60, least: 0.25, most: 1 };
/** One half of a paired probe. */
export const PROBE_WINDOW: WindowSize = { completions: 60, least: 0.15, most: 0.6 };

/** Task latencies that pass after a change of the limit before what is seen counts. */
const SETTLING_LATENCIES = 1.2;
const LEAST_SETTLING_SECONDS = 0.02;
/** Task latencies that a window spans at least. */
const WINDOW_LATENCIES = 2.5;
/** A window of long tasks ends when so many ended, even if that takes long. */
const LEAST_COMPLETIONS = 3;
/** Tasks so long that waiting for them would keep the controller from acting at all (seconds). */
const LONGEST_WINDOW_SECONDS = 30;
/** More threads end tasks more unevenly: from here on the wanted number grows with the limit. */
const WIDE_LIMIT = 8;

export class Course {
  /** Mean seconds of a task, as seen last. */
  latency = 0.01;
  #limit: number;

  constructor(
    readonly bounds: Bounds,
    start: number,
  ) {
    this.#limit = this.within(start);
  }

  get limit(): number {
    return this.#limit;
  }

  within(limit: number): number {
    return Math.max(1, Math.min(this.bounds.most, Math.round(limit)));
  }

  /** Runs with a limit for some time, whatever comes of it. */
  *glance(limit: number, reason: Reason, seconds: number): Plan<Sample> {
    this.#limit = limit;
    return yield { limit, reason, seconds, isSettling: true };
  }

  /** Runs with a limit until enough is known about it. */
  *measure(limit: number, reason: Reason, size: WindowSize): Plan<Sample> {
    const change = { limit, reason };
    if (limit !== this.#limit) {
      this.#limit = limit;
      const seconds = Math.max(LEAST_SETTLING_SECONDS, SETTLING_LATENCIES * this.latency);
      yield { ...change, seconds: Math.min(LONGEST_WINDOW_SECONDS, seconds), isSettling: true };
    }
    const span = WINDOW_LATENCIES * this.latency;
    const first = Math.max(size.least, Math.min(size.most, span));
    let seen = yield { ...change, seconds: first, isSettling: false };
    const wanted = size.completions * Math.max(1, limit / WIDE_LIMIT);
    while (!isEnough(seen, wanted, limit, Math.max(size.most, span))) {
      const seconds = Math.min(Math.max(size.least, span / 4), 0.4);
      seen = merge(seen, yield { ...change, seconds, isSettling: false });
    }
    if (seen.completions > 0) this.latency = seen.latency;
    return seen;
  }
}

function isEnough(seen: Sample, wanted: number, limit: number, most: number): boolean {
  if (seen.completions >= wanted || seen.seconds >= LONGEST_WINDOW_SECONDS) return true;
  return seen.seconds >= most && seen.completions >= Math.max(LEAST_COMPLETIONS, limit);
}

/** Throughput for a reason's text. */
export function perSecond(sample: Sample): string {
  const rate = throughput(sample);
  return `${rate >= 100 ? Math.round(rate) : rate.toPrecision(2)}/s`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
