/** Options of one call. */
import { InvalidOption } from "../errors.js";
import { KeywordArguments } from "../wire/index.js";
import {
  checkOptions,
  inside,
  milliseconds,
  type Rules,
  rule,
  trueOrFalse,
  wholeNumber,
} from "./option-rules.js";

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
  /**
   * What Python returns stays there, and the call gives a reference to it (docs/resident.md). `"unsendable"`: only what
   * cannot be sent, as a whole.
   * @default false
   */
  readonly keep?: boolean | "unsendable" | KeptWhen;
  /** Hears what the Python function says with `nogil.progress(done, total)`. */
  readonly onProgress?: (progress: Progress) => void;
}

/** As `keep: true` or `"unsendable"`: what a `Keep` says, which knows more of the reference. */
export interface KeptWhen {
  readonly when: "always" | "unsendable";
}

/** How far a task is, in the function's own unit. */
export interface Progress {
  readonly done: number;
  /** Undefined where the function does not know. */
  readonly total: number | undefined;
}

const DEFAULT_ATTEMPTS = 3;

function isKeep(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return typeof value === "boolean" || value === "unsendable";
  const { when } = value as Partial<KeptWhen>;
  return when === "always" || when === "unsendable";
}

const RULES: Rules<CallOptions> = {
  kwargs: rule("an object", (value) => typeof value === "object" && value !== null),
  timeout: rule("milliseconds, more than 0", (value) => milliseconds.accepts(value) && value !== 0),
  signal: rule("an AbortSignal", (value) => value instanceof AbortSignal),
  priority: wholeNumber("a whole number", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  retry: inside("{ idempotent: true or false }", {
    idempotent: trueOrFalse,
    attempts: wholeNumber("a whole number, 1 or more", 1, Number.MAX_SAFE_INTEGER),
  }),
  keep: rule('true, false or "unsendable"', isKeep),
  onProgress: rule("a function", (value) => typeof value === "function"),
};

/** @throws InvalidOption */
export function checkCallOptions(options: CallOptions): CallOptions {
  checkOptions(RULES, options);
  if (options.retry !== undefined && options.retry.idempotent === undefined) {
    throw new InvalidOption("retry.idempotent", undefined, trueOrFalse.expected);
  }
  return options;
}

/** How often a task may be started in all. */
export function attemptsOf(retry: CallOptions["retry"]): number {
  return retry?.idempotent ? (retry.attempts ?? DEFAULT_ATTEMPTS) : 1;
}

/** Keyword arguments may come as an option or as the last argument. */
export function splitArguments(
  args: readonly unknown[],
  option: CallOptions["kwargs"],
): [readonly unknown[], Readonly<Record<string, unknown>> | undefined] {
  const last = args.length > 0 ? args[args.length - 1] : undefined;
  const inOption = option instanceof KeywordArguments ? option.values : option;
  if (!(last instanceof KeywordArguments)) return [args, inOption];
  return [args.slice(0, -1), { ...last.values, ...inOption }];
}
