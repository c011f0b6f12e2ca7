/** The same work on threads without the GIL, on threads with it, and in processes. */
import { isNogilError } from "../errors.js";
import type { Interpreter } from "../interpreter/index.js";
import type { Comparison } from "./report.js";
import { Runner, RunnerLost, type RunnerOptions } from "./runner.js";

export interface CompareOptions {
  readonly threads: number;
  /** Seconds for each of the three. */
  readonly seconds: number;
  /** Whether the GIL was on when the curve was measured. */
  readonly gilEnabled: boolean;
  /** A free-threaded Python, where the one that is profiled has the GIL. */
  readonly freeThreaded: Interpreter | undefined;
}

/** One of the ways, ready to be measured. */
interface Contender {
  readonly runners: readonly Runner[];
  /** Threads of each runner. */
  readonly threads: number;
  readonly rates: number[];
}

/** Each costs memory and start-up time; beyond this nothing is learned. */
const MOST_PROCESSES = 32;
const WARMUP_SECONDS = 0.2;
/** To and fro, so that a machine that changes its speed meanwhile favours none. */
const ROUNDS = 2;

export async function compare(runnerOptions: RunnerOptions, options: CompareOptions): Promise<Comparison> {
  const { interpreter } = runnerOptions;
  const { threads, gilEnabled, freeThreaded } = options;
  const notes: string[] = [];
  const contenders: Contender[] = [];
  const enter = async (what: string, start: RunnerOptions, processes = 1): Promise<Contender | undefined> => {
    try {
      const runners = await startAll(start, processes);
      const contender = { runners, threads: threads / processes, rates: [] };
      contenders.push(contender);
      return contender;
    } catch (error) {
      runnerOptions.signal?.throwIfAborted();
      if (!isNogilError(error)) throw error;
      notes.push(`${what} could not be measured: ${error.message.split("\n")[0]}`);
      return undefined;
    }
  };
  let noGil: Contender | undefined;
  let gil: Contender | undefined;
  let processes: Contender | undefined;
  try {
    if (gilEnabled) {
      gil = await enter("threads with the GIL", runnerOptions);
      if (interpreter.freeThreadedBuild)
        notes.push("threads without the GIL were not measured: something keeps the GIL on in this process");
      else if (freeThreaded === undefined)
        notes.push("threads without the GIL were not measured: there is no free-threaded Python here");
      else
        noGil = await enter(`threads on ${freeThreaded.path}`, {
          ...runnerOptions,
          interpreter: freeThreaded,
        });
    } else {
      noGil = await enter("threads without the GIL", runnerOptions);
      gil = await enter("threads with the GIL", { ...runnerOptions, forceGil: true });
    }
    if (threads > MOST_PROCESSES) notes.push(`processes were not measured: ${threads} of them are too many`);
    else processes = await enter("processes", runnerOptions, threads);
    await measureAll(contenders, options.seconds, notes);
  } finally {
    await Promise.all(contenders.flatMap(({ runners }) => runners.map((runner) => runner.end())));
  }
  return { threads, threadsNoGil: mean(noGil), threadsGil: mean(gil), processes: mean(processes), notes };
}

async function measureAll(contenders: readonly Contender[], seconds: number, notes: string[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const { runners, threads, rates } = contender;
      try {
        const windows = await Promise.all(
          runners.map((runner) =>
            runner.measure({
              threads,
              seconds: Math.min(8, Math.max(seconds / ROUNDS, 2 * runner.callSeconds)),
              warmup: WARMUP_SECONDS,
            }),
          ),
        );
        rates.push(windows.reduce((sum, { calls, window }) => sum + calls / window.at, 0));
      } catch (error) {
        if (!(error instanceof RunnerLost) && !isNogilError(error)) throw error;
        notes.push(error.message.split("\n")[0]!);
      }
    }
  }
}

/** All of them, or none. */
async function startAll(options: RunnerOptions, count: number): Promise<Runner[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => Runner.start(options)));
  const runners = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = started.find((result) => result.status === "rejected");
  if (failed === undefined) return runners;
  await Promise.all(runners.map((runner) => runner.end()));
  throw failed.reason;
}

function mean(contender: Contender | undefined): number | null {
  const rates = contender?.rates ?? [];
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
