/** Measures a curve: several passes over the numbers of threads, in turn up and down, and more points round the knee. */
import { findCliff, findKnee } from "./knee.js";
import { Runner, RunnerLost, type RunnerOptions } from "./runner.js";
import { countsRoundKnee, firstCounts, orderOfPass } from "./thread-counts.js";
import { foreignCpu, pointOf, quantile, type Window } from "./window.js";

/** How a curve is measured. */
export interface SweepOptions {
  readonly maxThreads: number;
  /** Seconds of measuring for each number of threads, over all passes. */
  readonly seconds: number;
  readonly cores: number;
  /** Windows in which others used more of the machine than this are measured again, and left out if possible. */
  readonly mostForeign: number;
  readonly onProgress?: ((done: number, total: number, threads: number) => void) | undefined;
}

/** What a sweep found. */
export interface Sweep {
  readonly windows: ReadonlyMap<number, readonly Window[]>;
  readonly gilEnabled: boolean;
  readonly function: string;
  readonly version: string;
  /** Seconds that one call took at first. */
  readonly callSeconds: number;
  /** Why the sweep ended before its greatest number of threads. */
  readonly notes: readonly string[];
  /** A crash or a call that hung: no cause is to be named. */
  readonly broken: string | null;
}

const PASSES = 3;
const WARMUP_SECONDS = 0.15;
/** A window is at least this many times as long as a call is expected to take; parts of calls are counted as parts. */
const LATENCIES_A_WINDOW = 1.2;
const LONGEST_WINDOW_SECONDS = 8;
/** So many windows that were disturbed are measured again. */
const REPEATS = 6;
/** Where others use this much of the machine, it is no short disturbance. */
const BUSY = 0.4;
/** With this part of the best throughput left there is nothing more to learn from yet more threads. */
const HOPELESS = 0.5;
/** How far past the best, and past the cores, one must have seen to tell causes apart. */
const SEEN_ENOUGH = 8;

export async function sweep(runnerOptions: RunnerOptions, options: SweepOptions): Promise<Sweep> {
  const { cores, maxThreads, onProgress } = options;
  let runner = await Runner.start(runnerOptions);
  const { callSeconds, loaded } = runner;
  const windows = new Map<number, Window[]>();
  const notes: string[] = [];
  let broken: string | null = null;
  let gilEnabled = loaded.gilEnabled;
  let done = 0;

  const most = longestAffordable(maxThreads, callSeconds, cores);
  if (most < maxThreads)
    notes.push(`a call takes ${callSeconds.toFixed(2)} s, so no more than ${most} threads were measured`);
  let counts = firstCounts(most, cores);
  let total = counts.length * PASSES;

  let repeats = REPEATS;
  const measure = async (threads: number): Promise<void> => {
    onProgress?.(done++, Math.max(total, done), threads);
    const latency = expectedLatency(windows, threads) ?? callSeconds;
    const seconds = Math.min(
      LONGEST_WINDOW_SECONDS,
      Math.max(options.seconds / PASSES, LATENCIES_A_WINDOW * latency),
    );
    const warmup = Math.max(WARMUP_SECONDS, Math.min(seconds, latency));
    for (;;) {
      const window = await runner.measure({ threads, seconds, warmup });
      gilEnabled = window.gilEnabled;
      const foreign = foreignCpu(window) ?? 0;
      const disturbed = window.interrupted || (foreign > options.mostForeign && foreign < BUSY);
      if (disturbed && repeats-- > 0) continue;
      windows.set(threads, [...(windows.get(threads) ?? []), window]);
      return;
    }
  };

  try {
    for (let pass = 0; pass < PASSES; pass++) {
      for (const threads of orderOfPass(counts, pass)) {
        if (!counts.includes(threads)) continue;
        try {
          await measure(threads);
        } catch (error) {
          if (!(error instanceof RunnerLost) || threads === 1) throw error;
          broken = `${error.message}${error.detail === "" ? "" : `\n${error.detail.trimEnd()}`}`;
          counts = counts.filter((other) => other < threads);
          await runner.end();
          runner = await Runner.start(runnerOptions);
          continue;
        }
        if (pass === 0 && isHopeless(windows, cores, threads)) {
          notes.push(`with ${threads} threads less than half of the best was left, so no more were measured`);
          counts = counts.filter((other) => other <= threads);
          break;
        }
      }
      if (pass === 0) {
        const knee = findKnee(curve(windows, cores));
        if (knee !== null)
          counts = [...counts, ...countsRoundKnee(knee, counts, Math.min(most, Math.max(...counts)))];
        total = counts.length * PASSES;
      }
    }
  } finally {
    await runner.end();
  }
  // The windows of a number of threads that is too many in one pass only would make a point of that pass alone.
  for (const threads of windows.keys()) if (!counts.includes(threads)) windows.delete(threads);
  return {
    windows,
    gilEnabled,
    function: loaded.function,
    version: loaded.version,
    callSeconds,
    notes,
    broken,
  };
}

function curve(windows: ReadonlyMap<number, readonly Window[]>, cores: number) {
  return [...windows.values()].map((some) => pointOf(some, cores));
}

function isHopeless(
  windows: ReadonlyMap<number, readonly Window[]>,
  cores: number,
  threads: number,
): boolean {
  const points = curve(windows, cores);
  const cliff = findCliff(points);
  const best = Math.max(...points.map(({ throughput }) => throughput));
  const here = points.find((point) => point.threads === threads);
  const top = points.find(({ throughput }) => throughput === best);
  if (cliff === null || here === undefined || top === undefined) return false;
  return here.throughput < HOPELESS * best && threads >= SEEN_ENOUGH * Math.max(top.threads, cores);
}

/**
 * Seconds that a call will take with this many threads, at worst in proportion to them; undefined before the first
 * window. (The very first call is no measure: it imports, fills caches and waits for pages.)
 */
function expectedLatency(
  windows: ReadonlyMap<number, readonly Window[]>,
  threads: number,
): number | undefined {
  let nearest: number | undefined;
  for (const measured of windows.keys())
    if (measured <= threads && (nearest === undefined || measured > nearest)) nearest = measured;
  const latencies = nearest === undefined ? undefined : windows.get(nearest)?.at(-1)?.latencies;
  if (nearest === undefined || latencies === undefined) return undefined;
  return (quantile(latencies, 0.5) * threads) / nearest;
}

/** Fewer threads where each call is so long that a window could not hold a whole one. */
function longestAffordable(maxThreads: number, callSeconds: number, cores: number): number {
  if (callSeconds * Math.max(1, maxThreads / cores) <= LONGEST_WINDOW_SECONDS) return maxThreads;
  return Math.max(1, Math.min(maxThreads, Math.floor((cores * LONGEST_WINDOW_SECONDS) / callSeconds)));
}
