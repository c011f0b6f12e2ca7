/** A profile from beginning to end: sweep, find the knee, compare, name the cause and the line. */
import { cpus, type } from "node:os";
import { ProfileFailed } from "../errors.js";
import { adviceFor } from "./advice.js";
import { compare } from "./compare.js";
import { diagnose } from "./diagnose.js";
import { findCliff, findKnee } from "./knee.js";
import { type ProfileOptions, type ResolvedProfileOptions, resolveOptions } from "./options.js";
import type { Cause, Comparison, ProfilePoint, ProfileReport, WaitingLine } from "./report.js";
import { Runner, RunnerLost, type RunnerOptions } from "./runner.js";
import { type Sweep, sweep } from "./sweep.js";
import { fitUsl } from "./usl.js";
import { waitingLines } from "./waiting-lines.js";
import { foreignCpu, pointOf, quantile, type Window } from "./window.js";

/** With more of the machine in the hands of others the figures are theirs as much as the workload's. */
const MOST_FOREIGN = 0.1;
/** Shorter calls are mostly the call itself (seconds). */
const SHORT_CALL = 5e-6;
const STACKS = 40;
const LINES_SECONDS = 1;
/** Twice the knee shows who waits; each stack stops all threads, so there must not be many. */
const THREADS_FOR_LINES = { least: 4, most: 16 } as const;

/**
 * Measures a function, or a whole script, with more and more threads, and says what keeps more from doing more.
 *
 * @throws {@link ProfileFailed} when it cannot be measured at all: it does not load, raises, or never returns
 * @throws {@link InvalidOption} when an option has a value that cannot be meant
 */
export async function profile(options: ProfileOptions): Promise<ProfileReport> {
  const resolved = resolveOptions(options);
  const { interpreter, cores, signal, onProgress } = resolved;
  const runnerOptions: RunnerOptions = {
    interpreter,
    target: {
      module: resolved.module,
      functionName: resolved.functionName ?? null,
      args: resolved.args ?? [],
      kwargs: resolved.kwargs ?? {},
    },
    signal,
    callTimeoutMs: resolved.callTimeoutMs,
    ...(resolved.env === undefined ? {} : { env: resolved.env }),
  };
  const found = await measureCurve(runnerOptions, resolved);
  const { points, foreign } = choosePoints(found, cores);
  const spread = quantile(
    points.map((point) => point.spread).sort((left, right) => left - right),
    0.5,
  );
  const knee = findKnee(points, spread);
  const cliff = findCliff(points);
  const unjudged = whyNotJudged(found, points, foreign, knee);
  let comparison: Comparison | null = null;
  let cause: Cause | null = null;
  let lines: WaitingLine[] = [];
  if (unjudged === null && knee !== null) {
    comparison = resolved.compare ? await compareAt(knee, points, found, runnerOptions, resolved) : null;
    cause = diagnose({ points, cores, gilEnabled: found.gilEnabled, knee, comparison });
    if (cause !== null && WORTH_A_LINE.includes(cause.id)) {
      const { least, most } = THREADS_FOR_LINES;
      const threads = Math.min(most, Math.max(least, 2 * knee));
      onProgress?.({ step: "lines", done: 0, total: 1, threads });
      lines = await whereThreadsAre(runnerOptions, threads, cause.id !== "shared-object");
    }
  }
  return {
    target: found.function === "" ? resolved.module : `${resolved.module}:${found.function}`,
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores,
      system: `${type()} ${process.arch}`,
      python: interpreter.version,
      freeThreadedBuild: interpreter.freeThreadedBuild,
    },
    gilEnabled: found.gilEnabled,
    points,
    knee,
    cliff,
    usl: fitUsl(points),
    cause,
    unjudged,
    advice: cause === null || knee === null ? [] : adviceFor(cause.id, knee, interpreter.freeThreadedBuild),
    lines,
    comparison,
    foreignCpu: foreign,
    notes: [...found.notes, ...notesOn(found, points)],
  };
}

const WORTH_A_LINE: readonly Cause["id"][] = ["shared-object", "lock-convoy", "long-lock"];

async function measureCurve(runnerOptions: RunnerOptions, resolved: ResolvedProfileOptions): Promise<Sweep> {
  const { maxThreads, seconds, cores, onProgress } = resolved;
  try {
    return await sweep(runnerOptions, {
      maxThreads,
      seconds,
      cores,
      mostForeign: MOST_FOREIGN,
      onProgress: (done, total, threads) => onProgress?.({ step: "sweep", done, total, threads }),
    });
  } catch (error) {
    if (error instanceof RunnerLost) throw new ProfileFailed(error.message, error.detail);
    throw error;
  }
}

/** Points of the windows that were not disturbed; of all where none was quiet. */
function choosePoints(found: Sweep, cores: number): { points: ProfilePoint[]; foreign: number | null } {
  const points: ProfilePoint[] = [];
  const shares: (number | null)[] = [];
  for (const threads of [...found.windows.keys()].sort((left, right) => left - right)) {
    const all = found.windows.get(threads) ?? [];
    const quiet = all.filter((window) => !isDisturbed(window));
    const used = quiet.length > 0 ? quiet : all;
    points.push(pointOf(used, cores));
    shares.push(...used.map(foreignCpu));
  }
  const known = shares.filter((share) => share !== null);
  const foreign = known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length;
  return { points, foreign };
}

function isDisturbed(window: Window): boolean {
  return window.interrupted || (foreignCpu(window) ?? 0) > MOST_FOREIGN;
}

function whyNotJudged(
  found: Sweep,
  points: readonly ProfilePoint[],
  foreign: number | null,
  knee: number | null,
): string | null {
  if (found.broken !== null) return found.broken;
  if (points.length < 2 || knee === null)
    return "one number of threads is no curve; allow more (--max-threads)";
  if (foreign !== null && foreign > MOST_FOREIGN)
    return (
      `other processes used ${Math.round(100 * foreign)} % of the machine, and more than ${100 * MOST_FOREIGN} % makes ` +
      "causes indistinguishable; the curve is what was measured, run it again on a quiet machine"
    );
  const failing = points.find(({ errorShare }) => errorShare > 0.5);
  if (failing !== undefined)
    return `more than half of the calls raised with ${failing.threads} threads: ${firstError(found)}`;
  return null;
}

function compareAt(
  knee: number,
  points: readonly ProfilePoint[],
  found: Sweep,
  runnerOptions: RunnerOptions,
  resolved: ResolvedProfileOptions,
): Promise<Comparison> {
  // One thread against one process would say nothing: with a knee at 1 the cores are compared.
  const wanted = Math.max(knee, Math.min(Math.round(resolved.cores), points.at(-1)!.threads));
  const point = points.find(({ threads }) => threads >= wanted) ?? points.at(-1)!;
  resolved.onProgress?.({ step: "comparison", done: 0, total: 1, threads: point.threads });
  return compare(runnerOptions, {
    threads: point.threads,
    seconds: Math.max(0.5, resolved.seconds / 2),
    gilEnabled: found.gilEnabled,
    freeThreaded: resolved.freeThreaded,
  });
}

async function whereThreadsAre(
  runnerOptions: RunnerOptions,
  threads: number,
  onlyWaiting: boolean,
): Promise<WaitingLine[]> {
  try {
    const runner = await Runner.start(runnerOptions);
    try {
      const window = await runner.measure({ threads, seconds: LINES_SECONDS, warmup: 0.1, stacks: STACKS });
      const waiting = waitingLines([window], onlyWaiting);
      return waiting.length > 0 || !onlyWaiting ? waiting : waitingLines([window], false);
    } finally {
      await runner.end();
    }
  } catch (error) {
    // The curve and the cause stand without it.
    if (error instanceof RunnerLost || error instanceof ProfileFailed) return [];
    throw error;
  }
}

function notesOn(found: Sweep, points: readonly ProfilePoint[]): string[] {
  const notes: string[] = [];
  if (found.callSeconds < SHORT_CALL)
    notes.push(
      `one call takes ${(found.callSeconds * 1e6).toFixed(1)} µs: what is measured is calling it more than what it does`,
    );
  const failing = points.filter(({ errorShare }) => errorShare > 0);
  if (failing.length > 0) {
    const most = Math.max(...failing.map(({ errorShare }) => errorShare));
    notes.push(`up to ${(100 * most).toFixed(1)} % of the calls raised: ${firstError(found)}`);
  }
  return notes;
}

function firstError(found: Sweep): string {
  for (const windows of found.windows.values())
    for (const { firstError } of windows) if (firstError !== null) return firstError;
  return "no text";
}
