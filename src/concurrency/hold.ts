/**
 * Stays at the knee: probes the neighbours in pairs with the knee itself, so that a slow drift of the machine meets both
 * alike, and notices when the work has become another.
 */
import { type Course, HOLD_WINDOW, PROBE_WINDOW, percent, perSecond, REFERENCE_WINDOW } from "./course.js";
import { type Sample, type Shares, throughput } from "./sample.js";
import { LOSS } from "./search.js";
import type { Plan, Reason } from "./step.js";
import { ceiling } from "./vetoes.js";

/** Between probes: soon at first, then ever more seldom while nothing moves (seconds). */
const FIRST_PROBE_AFTER = 1.5;
const LAST_PROBE_AFTER = 20;
/** How far a probe goes from the knee. */
const PROBE_STEP = 0.25;
const PAIRS = 4;
/** A neighbour this much worse in one pair is left at once. */
const ABORT_LOSS = 0.15;
/** A neighbour that was left at once is not worth another look for so many times the usual pause. */
const ABORTED_PAUSE = 4;
/** Windows whose throughput says what is usual. */
const USUAL_WINDOWS = 12;
/** Deviation of throughput that counts as change, at least, and in standard deviations. */
const LEAST_DRIFT = 0.12;
const DRIFT_DEVIATIONS = 4;
/** Spread assumed before enough windows have been seen. */
const ASSUMED_DEVIATION = 0.05;
/** Movement of a share that counts as change. */
const SHARE_SHIFT = 0.2;
/** One window that deviates this far is enough; of smaller changes two in a row are needed. */
const LARGE_CHANGE = 0.4;

/** Why holding ended, and where to search again. */
export interface Change {
  readonly from: number;
  readonly reason: Reason;
}

/** The knee as it moves, for those who look on. */
export interface KneeKeeper {
  knee: number;
}

export function* hold(course: Course, keeper: KneeKeeper, because: Reason): Plan<Change> {
  let reason = because;
  let pause = FIRST_PROBE_AFTER;
  const notBefore = new Map<number, number>();
  let now = 0;
  let since = 0;
  let reference = yield* course.measure(keeper.knee, reason, REFERENCE_WINDOW);
  const usual = [throughput(reference)];
  let odd = 0;
  while (true) {
    const seen = yield* course.measure(keeper.knee, reason, HOLD_WINDOW);
    since += seen.seconds;
    now += seen.seconds;
    const veto = lowered(course, keeper, seen);
    if (veto !== undefined) {
      reason = veto;
      usual.length = 0;
      usual.push(throughput(yield* course.measure(keeper.knee, reason, REFERENCE_WINDOW)));
      continue;
    }
    const change = deviation(seen, reference, usual);
    if (change.size === 0) {
      odd = 0;
      usual.push(throughput(seen));
      if (usual.length > USUAL_WINDOWS) usual.shift();
    } else if (++odd >= 2 || change.size > LARGE_CHANGE) {
      return restart(course, keeper.knee, seen, change.text);
    }
    if (since < pause || odd > 0) continue;
    since = 0;
    let moved: Reason | undefined;
    for (const neighbour of neighbours(course, keeper.knee, seen)) {
      if (now < (notBefore.get(neighbour) ?? 0)) continue;
      const result = yield* probe(course, keeper.knee, neighbour);
      if (result.isBetter) {
        const text = `${neighbour} did ${percent(result.ratio)} of what ${keeper.knee} did`;
        moved = { kind: "moved", text };
        keeper.knee = neighbour;
        break;
      }
      if (result.isAborted) notBefore.set(neighbour, now + ABORTED_PAUSE * pause);
    }
    if (moved !== undefined) {
      reason = moved;
      notBefore.clear();
    }
    reference = yield* course.measure(keeper.knee, reason, REFERENCE_WINDOW);
    usual.length = 0;
    usual.push(throughput(reference));
    pause = moved === undefined ? Math.min(LAST_PROBE_AFTER, pause * 2) : FIRST_PROBE_AFTER;
  }
}

/** Overload downstream takes effect at once. */
function lowered(course: Course, keeper: KneeKeeper, seen: Sample): Reason | undefined {
  if (seen.troubled === 0) return undefined;
  const { limit, veto } = ceiling(keeper.knee, seen, course.bounds);
  if (veto === undefined || limit >= keeper.knee) return undefined;
  keeper.knee = limit;
  return { kind: "veto", text: veto };
}

function neighbours(course: Course, knee: number, seen: Sample): number[] {
  const step = Math.max(1, Math.round(knee * PROBE_STEP));
  const { limit: most } = ceiling(knee, seen, course.bounds);
  const found: number[] = [];
  if (most > knee && knee < course.bounds.most) found.push(course.within(knee + step));
  if (knee > 1) found.push(course.within(knee - step));
  return found;
}

interface Verdict {
  readonly isBetter: boolean;
  readonly isAborted: boolean;
  /** Throughput of the neighbour, as a share of the knee's. */
  readonly ratio: number;
}

/** Compares a neighbour with the knee in interleaved pairs. */
function* probe(course: Course, knee: number, neighbour: number): Plan<Verdict> {
  const logs: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const text = `is ${neighbour} better than ${knee}?`;
    const reason: Reason = { kind: "probe", text };
    const here = throughput(yield* course.measure(knee, reason, PROBE_WINDOW));
    const there = throughput(yield* course.measure(neighbour, reason, PROBE_WINDOW));
    if (there < here * (1 - ABORT_LOSS)) return { isBetter: false, isAborted: true, ratio: there / here };
    logs.push(Math.log(Math.max(1e-9, there) / Math.max(1e-9, here)));
  }
  const mean = logs.reduce((sum, log) => sum + log, 0) / PAIRS;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (PAIRS - 1);
  const error = Math.sqrt(variance / PAIRS);
  // More must be better beyond doubt; fewer need only be as good.
  const isBetter =
    neighbour > knee ? mean - 0.8 * error >= Math.log(1 + LOSS / 2) : mean >= Math.log(1 - LOSS / 2);
  return { isBetter, isAborted: false, ratio: Math.exp(mean) };
}

function deviation(
  seen: Sample,
  reference: Sample,
  usual: readonly number[],
): { readonly size: number; readonly text: string } {
  const mean = usual.reduce((sum, rate) => sum + rate, 0) / usual.length;
  const variance = usual.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / Math.max(1, usual.length - 1);
  const spread = usual.length > 3 && mean > 0 ? Math.sqrt(variance) / mean : ASSUMED_DEVIATION;
  const drift = Math.abs(throughput(seen) / Math.max(1e-9, mean) - 1);
  const shift = largestShift(seen, reference);
  if (drift > Math.max(LEAST_DRIFT, DRIFT_DEVIATIONS * spread)) {
    return { size: drift, text: `throughput went to ${perSecond(seen)} from ${perSecond(reference)}` };
  }
  if (shift > SHARE_SHIFT) return { size: shift, text: "what threads do with their time has changed" };
  return { size: 0, text: "" };
}

function largestShift(seen: Sample, reference: Sample): number {
  const kinds: readonly (keyof Shares)[] = ["runq", "lock", "io"];
  const use = Math.abs(seen.use - reference.use);
  const { shares: now } = seen;
  const { shares: before } = reference;
  if (now === undefined || before === undefined) return use;
  return Math.max(use, ...kinds.map((kind) => Math.abs(now[kind] - before[kind])));
}

/** The search begins where the threads that do useful work end: waiting for processors or one another is no use. */
function restart(course: Course, knee: number, seen: Sample, text: string): Change {
  const { shares, use } = seen;
  const wasted =
    shares !== undefined && (use >= 0.9 || shares.lock > 0.3) ? Math.min(0.95, shares.runq + shares.lock) : 0;
  return { from: course.within(Math.ceil(knee * (1 - wasted))), reason: { kind: "restart", text } };
}
