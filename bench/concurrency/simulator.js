// @ts-check
// Runs a controller against measured scaling curves: fast, the same every time, with noise like that of the machine.
// The curves are those the controller was designed with, so they show that it still works, not that it works elsewhere;
// for that there is the live evaluation (evaluate.js).
import { readFileSync } from "node:fs";
import { generator } from "./rivals/hill-climbing.js";

const MOST = 64;
/** Noise of a window of a quarter of a second; of the shares; and slow drift of the machine. */
const RATE_NOISE = 0.03;
const SHARE_NOISE = 0.02;
const DRIFT = 0.006;
/** Limits within this of the best one count as the knee when time over the cliff is counted. */
const KNEE_TOLERANCE = 0.03;
const CLIFF = 0.8;

/** @typedef {[threads: number, rate: number, runq: number, blocked: number, futex: number, io: number, use: number, cpuMs: number]} Point */
/** @typedef {{ name: string, points: Point[] }} Curve */
/** @typedef {{ steady: number, first: number, overCliff: number, limit: number }} Score */

/**
 * @param {"free-threaded" | "gil"} kind
 * @returns {Curve[]}
 */
export function curves(kind) {
  const file = JSON.parse(readFileSync(new URL(`curves-${kind}.json`, import.meta.url), "utf8"));
  return Object.entries(file.workloads).map(([name, points]) => ({
    name,
    points: /** @type {Point[]} */ (points),
  }));
}

/**
 * What the curve says about a limit, between its points too.
 * @param {Curve} curve
 * @param {number} limit
 */
export function at({ points }, limit) {
  const above = points.findIndex(([threads]) => threads >= limit);
  const high = /** @type {Point} */ (points[above === -1 ? points.length - 1 : above]);
  const low = /** @type {Point} */ (points[above === -1 ? points.length - 1 : Math.max(0, above - 1)]);
  const part = low[0] === high[0] ? 0 : Math.log(limit / low[0]) / Math.log(high[0] / low[0]);
  const share = Math.max(0, Math.min(1, part));
  /** @param {number} index */
  const value = (index) => (low[index] ?? 0) * (1 - share) + (high[index] ?? 0) * share;
  const rate = Math.exp(Math.log(low[1]) * (1 - share) + Math.log(high[1]) * share);
  const asleep = value(4) + value(5);
  const lock = asleep > 0 ? (value(3) * value(4)) / asleep : value(3);
  return { rate, runq: value(2), lock, io: value(3) - lock, use: value(6), cpuPerTask: value(7) / 1000 };
}

/**
 * @param {(bounds: { most: number, cores: number }) => import("./rivals/rival.js").Rival} create
 * @param {Curve} curve
 * @param {{ seconds?: number, seed?: number, then?: Curve }} [options] `then`: the curve of the second half
 */
export function simulate(create, curve, { seconds = 40, seed = 1, then } = {}) {
  const random = generator(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rival = create({ most: MOST, cores: 2 });
  /** @type {{ at: number, seconds: number, limit: number, rate: number }[]} */
  const trace = [];
  let { limit, seconds: span } = rival.step;
  let drift = 0;
  for (let now = 0; now < seconds; ) {
    const truth = at(then !== undefined && now >= seconds / 2 ? then : curve, limit);
    drift = 0.9 * drift + gauss() * DRIFT;
    const noise = Math.exp((gauss() * RATE_NOISE) / Math.sqrt(Math.max(0.2, span / 0.25)));
    const completions = Math.max(0, Math.floor(truth.rate * span * (1 + drift) * noise + random()));
    trace.push({ at: now, seconds: span, limit, rate: truth.rate });
    now += span;
    /** @param {number} share */
    const seen = (share) => Math.max(0, Math.min(1, share + gauss() * SHARE_NOISE));
    const [runq, lock, io] = [seen(truth.runq), seen(truth.lock), seen(truth.io)];
    const step = rival.next({
      seconds: span,
      completions,
      latency: (limit / truth.rate) * Math.exp(gauss() * RATE_NOISE),
      use: Math.min(1, truth.use),
      shares: { cpu: Math.max(0, 1 - runq - lock - io), runq, lock, io },
      cpuPerTask: truth.cpuPerTask,
      troubled: 0,
      isMemoryFull: false,
    });
    limit = Math.max(1, Math.min(MOST, step.limit));
    span = Math.max(0.02, Math.min(5, step.seconds));
  }
  return trace;
}

/**
 * @param {ReturnType<typeof simulate>} trace
 * @param {Curve} curve
 * @param {number} from seconds
 * @returns {Score} shares of the best fixed limit, over the time from `from` on and over the first ten seconds
 */
export function score(trace, curve, from = 10) {
  const limits = Array.from({ length: MOST }, (_, index) => index + 1);
  const best = Math.max(...limits.map((limit) => at(curve, limit).rate));
  const knee = limits.find((limit) => at(curve, limit).rate >= best * (1 - KNEE_TOLERANCE)) ?? 1;
  /** @param {ReturnType<typeof simulate>} part */
  const efficiency = (part) => {
    const time = part.reduce((sum, step) => sum + step.seconds, 0);
    return part.reduce((sum, step) => sum + step.seconds * step.rate, 0) / time / best;
  };
  const steady = trace.filter((step) => step.at >= from);
  const time = steady.reduce((sum, step) => sum + step.seconds, 0);
  const over = steady.filter((step) => step.limit > knee && step.rate < CLIFF * best);
  return {
    steady: efficiency(steady),
    first: efficiency(trace.filter((step) => step.at < 10)),
    overCliff: over.reduce((sum, step) => sum + step.seconds, 0) / time,
    limit: steady.reduce((sum, step) => sum + step.seconds * step.limit, 0) / time,
  };
}
