/** Options of a run: what callers may write, and how a wrong value is refused. */
import { InvalidOption } from "../errors.js";
import type { Progress } from "./progress.js";

export interface RunOptions {
  /** The checkpoint file. A file of an unfinished run with the same settings is gone on with. @default none */
  readonly journal?: string;
  /** Values that decide the result, besides the stages' names: a journal made with others is refused. */
  readonly settings?: unknown;
  /** One thing at a time in the whole run, whatever the stages' limits are. @default false */
  readonly sequential?: boolean;
  /** Limits that replace the stages' own, by name. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Try dead letters of the run that is gone on with again. @default false */
  readonly retryDead?: boolean;
  /** US dollars the run may pay: at the cap, what is not started becomes a dead letter. @default none */
  readonly maxCost?: number;
  /** Stops the run: nothing new starts, what is under way is aborted, and a later run goes on. */
  readonly signal?: AbortSignal;
  /** Called after every step of an item. */
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number;
}

/** @throws InvalidOption */
export function checkRunOptions(options: RunOptions, stages: readonly string[]): RunOptions {
  for (const [name, limit] of Object.entries(options.limits ?? {})) {
    if (!stages.includes(name)) {
      throw new InvalidOption(`limits.${name}`, limit, `no such stage; there are ${stages.join(", ")}`);
    }
    checkLimit(`limits.${name}`, limit);
  }
  const { maxCost, journal } = options;
  if (maxCost !== undefined && !(maxCost >= 0))
    throw new InvalidOption("maxCost", maxCost, "0 or more dollars");
  if (journal !== undefined && (typeof journal !== "string" || journal === "")) {
    throw new InvalidOption("journal", journal, "the path of a file");
  }
  return options;
}

export function checkLimit(option: string, limit: unknown): void {
  if (typeof limit === "number" && limit >= 1 && (Number.isInteger(limit) || limit === Infinity)) return;
  throw new InvalidOption(option, limit, "a whole number of 1 or more");
}
