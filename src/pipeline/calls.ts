/** The two kinds of stages that are not plain functions: Python of a pool, and a language model. */

import type { CallOptions, Completion, LLM, Prompt } from "../llm/index.js";
import type { Pool, CallOptions as PoolCallOptions } from "../pool/index.js";
import type { StageContext } from "./stage.js";

/** What can run Python functions: a pool. */
export type PythonCalls = Pick<Pool, "submit">;

/**
 * Calls a Python function for a stage: stopped with the stage, its time booked as CPU.
 *
 * @throws PythonError and the pool's own errors
 */
export async function callPython<T>(
  pool: PythonCalls,
  name: string,
  args: readonly unknown[],
  context: StageContext,
  options: Omit<PoolCallOptions, "signal"> = {},
): Promise<T> {
  // The functions of a stage are called again after a worker's death: a stage may be repeated anyway.
  const handle = pool.submit<T>(name, args, {
    retry: { idempotent: true },
    ...options,
    signal: context.signal,
  });
  const value = await handle;
  context.spent("cpu", handle.stats.wall ?? 0);
  return value;
}

/**
 * Asks a model for a stage: stopped with the stage, its time booked as LLM time and its cost as money, also when it
 * fails.
 *
 * @throws LLMError
 */
export async function askModel<T = undefined>(
  llm: Pick<LLM, "complete">,
  prompt: Prompt,
  context: StageContext,
  options: Omit<CallOptions<T>, "signal"> = {},
): Promise<Completion<T>> {
  const started = performance.now();
  try {
    const completion = await llm.complete<T>(prompt, { ...options, signal: context.signal });
    context.spent("llm", completion.timings.total - completion.timings.queued);
    context.paid(completion.cost ?? 0);
    return completion;
  } catch (error) {
    context.spent("llm", performance.now() - started);
    const { spent } = error as { readonly spent?: unknown };
    if (typeof spent === "number") context.paid(spent);
    throw error;
  }
}

/** A stage's function that passes the value (or what `toArguments` makes of it) to a Python function. */
export function pythonStage<I, O>(
  pool: PythonCalls,
  name: string,
  toArguments: (value: I) => readonly unknown[] = (value) => [value],
): (value: I, context: StageContext) => Promise<O> {
  return (value, context) => callPython<O>(pool, name, toArguments(value), context);
}

/** A stage's function that asks a model; `toValue` reads the answer. */
export function llmStage<I, O>(
  llm: Pick<LLM, "complete">,
  toPrompt: (value: I) => Prompt,
  toValue: (text: string, value: I) => O,
  options: Omit<CallOptions, "signal"> = {},
): (value: I, context: StageContext) => Promise<O> {
  return async (value, context) =>
    toValue((await askModel(llm, toPrompt(value), context, options)).text, value);
}
