/** The same work on threads without the GIL, on threads with it, and in processes. */
import { isNogilError } from "../errors.js";
import type { Interpreter } from "../interpreter/index.js";
import type { Comparison } from "./report.js";
import { Runner, RunnerLost, type RunnerOptions } from "./runner.js";
import type { Window } from "./window.js";

export interface CompareOptions {
  readonly threads: number;
  /** Seconds for each of the three. */
  readonly seconds: number;
  /** What the curve says for this number of threads. */
  readonly measured: { readonly throughput: number; readonly gilEnabled: boolean };
  /** A free-threaded Python, where the one that is profiled has the GIL. */
  readonly freeThreaded: Interpreter | undefined;
}

/** Each costs memory and start-up time; beyond this nothing is learned. */
const MOST_PROCESSES = 32;
const WARMUP_SECONDS = 0.2;

export async function compare(runnerOptions: RunnerOptions, options: CompareOptions): Promise<Comparison> {
  const { interpreter } = runnerOptions;
  const { threads, measured, freeThreaded } = options;
  const notes: string[] = [];
  const attempt = async (what: string, run: () => Promise<number>): Promise<number | null> => {
    try {
      return await run();
    } catch (error) {
      runnerOptions.signal?.throwIfAborted();
      if (!isNogilError(error) && !(error instanceof RunnerLost)) throw error;
      notes.push(`${what} could not be measured: ${error.message.split("\n")[0]}`);
      return null;
    }
  };
  let threadsNoGil: number | null = null;
  let threadsGil: number | null = null;
  if (measured.gilEnabled) {
    threadsGil = measured.throughput;
    if (interpreter.freeThreadedBuild)
      notes.push("threads without the GIL were not measured: something keeps the GIL on in this process");
    else if (freeThreaded === undefined)
      notes.push("threads without the GIL were not measured: there is no free-threaded Python here");
    else {
      const other = { ...runnerOptions, interpreter: freeThreaded };
      threadsNoGil = await attempt(`threads on ${freeThreaded.path}`, () => onThreads(other, options));
    }
  } else {
    threadsNoGil = measured.throughput;
    const other = { ...runnerOptions, forceGil: true };
    threadsGil = await attempt("threads with the GIL", () => onThreads(other, options));
  }
  const processes =
    threads > MOST_PROCESSES ? null : await attempt("processes", () => inProcesses(runnerOptions, options));
  if (threads > MOST_PROCESSES) notes.push(`processes were not measured: ${threads} of them are too many`);
  return { threads, threadsNoGil, threadsGil, processes, notes };
}

async function onThreads(
  runnerOptions: RunnerOptions,
  { threads, seconds }: CompareOptions,
): Promise<number> {
  const runner = await Runner.start(runnerOptions);
  try {
    return rate(await runner.measure({ threads, seconds: long(seconds, runner), warmup: WARMUP_SECONDS }));
  } finally {
    await runner.end();
  }
}

/** One thread in each of as many processes; all have started before any is measured. */
async function inProcesses(
  runnerOptions: RunnerOptions,
  { threads, seconds }: CompareOptions,
): Promise<number> {
  const started = await Promise.allSettled(
    Array.from({ length: threads }, () => Runner.start(runnerOptions)),
  );
  const runners = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  try {
    for (const result of started) if (result.status === "rejected") throw result.reason;
    const windows = await Promise.all(
      // While the last ones warm up the first ones run already, so the warm-up is longer.
      runners.map((runner) =>
        runner.measure({ threads: 1, seconds: long(seconds, runner), warmup: 2 * WARMUP_SECONDS }),
      ),
    );
    return windows.reduce((sum, window) => sum + rate(window), 0);
  } finally {
    await Promise.all(runners.map((runner) => runner.end()));
  }
}

function rate({ calls, window }: Window): number {
  return calls / window.at;
}

/** Long enough for a few calls. */
function long(seconds: number, { callSeconds }: Runner): number {
  return Math.min(8, Math.max(seconds, 4 * callSeconds));
}
