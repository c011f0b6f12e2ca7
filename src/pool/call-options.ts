/** Options of one call. */
import { z } from "zod";
import type { KeywordArguments } from "../wire/index.js";
import { check } from "./options.js";

export interface CallOptions {
  /** Keyword arguments. Properties that are `undefined` are left out. */
  readonly kwargs?: Readonly<Record<string, unknown>> | KeywordArguments;
  /** Milliseconds until the task is stopped and fails with TaskTimeout, the wait in the queue included. */
  readonly timeout?: number;
  /** Aborting it cancels the task. */
  readonly signal?: AbortSignal;
  /** Larger runs earlier among waiting tasks. @default 0 */
  readonly priority?: number;
  /**
   * What to do when the worker dies under the task. Only a task that may run twice is tried again.
   * @default { idempotent: false }
   */
  readonly retry?: { readonly idempotent: boolean; readonly attempts?: number };
  /** Hears what the Python function says with `nogil.progress(done, total)`. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a task is, in the function's own unit. */
export interface Progress {
  readonly done: number;
  /** Undefined where the function does not know. */
  readonly total: number | undefined;
}

const DEFAULT_ATTEMPTS = 3;

const schema = z.strictObject({
  kwargs: z
    .custom<CallOptions["kwargs"]>((value) => typeof value === "object" && value !== null, "an object")
    .optional(),
  timeout: z
    .number("milliseconds, more than 0")
    .gt(0, "milliseconds, more than 0")
    .max(2 ** 31 - 1)
    .optional(),
  signal: z.instanceof(AbortSignal, { error: "an AbortSignal" }).optional(),
  priority: z.int("a whole number").optional(),
  retry: z
    .strictObject(
      { idempotent: z.boolean(), attempts: z.int().min(1).optional() },
      "{ idempotent: true or false }",
    )
    .optional(),
  onProgress: z
    .custom<CallOptions["onProgress"]>((value) => typeof value === "function", "a function")
    .optional(),
});

/** @throws InvalidOption */
export function checkCallOptions(options: CallOptions): CallOptions {
  check(schema, options);
  return options;
}

/** How often a task may be started in all. */
export function attemptsOf(retry: CallOptions["retry"]): number {
  return retry?.idempotent ? (retry.attempts ?? DEFAULT_ATTEMPTS) : 1;
}
