/** Runs a pipeline from its items to its report. */
import { setMaxListeners } from "node:events";
import { existsSync, renameSync, rmSync } from "node:fs";
import { fingerprintOf, Journal } from "./journal.js";
import { makeReport, type RunReport } from "./report.js";
import { checkLimit, checkRunOptions, type RunOptions } from "./run-options.js";
import { Runner } from "./runner.js";
import type { Item, Pipeline } from "./stage.js";

export interface RunResult<O> {
  /** What came through, in the order of the input. */
  readonly items: readonly Item<O>[];
  readonly report: RunReport;
}

/**
 * Runs items through a pipeline. A failure of one item is a dead letter of the report and stops nothing else.
 *
 * With `journal`, a run that was killed or stopped goes on where it was: what ended is not run again. The journal of a
 * finished run is deleted, or, when something is dead, put aside as `<journal>.dead`: the same call with `retryDead`
 * goes on with that one.
 *
 * @throws InvalidOption for an option or a limit that is not allowed
 * @throws JournalUnusable when the journal belongs to another run or cannot be opened
 */
export async function runPipeline<I, O>(
  pipeline: Pipeline<I, O>,
  items: readonly Item<I>[],
  options: RunOptions = {},
): Promise<RunResult<O>> {
  const names = pipeline.stages.map(({ name }) => name);
  checkRunOptions(options, names);
  for (const { name, limit } of pipeline.stages) {
    if (typeof limit === "number") checkLimit(`${name}.limit`, limit);
  }
  const startedAt = performance.now();
  const now = (options.clock ?? Date.now)();
  const identity = {
    pipeline: pipeline.name,
    fingerprint: fingerprintOf([names, options.settings ?? null]),
  };
  const { journal: path, retryDead } = options;
  if (path !== undefined && retryDead && !existsSync(path) && existsSync(asideOf(path))) {
    renameSync(asideOf(path), path);
  }
  const journal = path === undefined ? undefined : await Journal.open(path, identity, now, retryDead);
  // Every step under way listens to it: many listeners are no leak here.
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const forward = () => stop.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", forward, { once: true });
  if (options.signal?.aborted) forward();
  const { signal } = stop;
  const runner = new Runner(pipeline.stages, options, journal, signal, journal?.header.startedAt ?? now);
  let passed: readonly Item<unknown>[];
  try {
    passed = await runner.run(items);
  } finally {
    options.signal?.removeEventListener("abort", forward);
    await journal?.close();
  }
  const report = makeReport({
    pipeline: pipeline.name,
    startedAt: journal?.header.startedAt ?? now,
    isInterrupted: signal.aborted,
    isResumed: journal?.isResumed ?? false,
    wall: performance.now() - startedAt,
    endings: runner.endings,
    replayed: runner.replayed,
    progress: runner.progress(),
    journalFailure: journal?.failure,
    damagedLines: journal?.damagedLines ?? 0,
  });
  if (path !== undefined && !signal.aborted) {
    rmSync(asideOf(path), { force: true });
    if (report.deadLetters.length > 0) renameSync(path, asideOf(path));
    else rmSync(path, { force: true });
  }
  return { items: passed as readonly Item<O>[], report };
}

function asideOf(journal: string): string {
  return `${journal}.dead`;
}
