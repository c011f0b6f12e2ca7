/** One try of one stage on one item: its signal, its deadline, its books. */
import { StageTimeout } from "./errors.js";
import type { WorkTime } from "./journal.js";
import type { Stage, StageContext, Work } from "./stage.js";

/** What all tries of an item in a stage add up to. */
export class Books {
  milliseconds = 0;
  cost = 0;
  readonly notes: string[] = [];
  readonly #booked: Record<Work, number> = { io: 0, cpu: 0, llm: 0 };

  spent(work: Work, milliseconds: number): void {
    this.#booked[work] += Math.max(0, milliseconds);
  }

  /** Time by kind; what nobody booked is the stage's own kind. */
  work(own: Work): WorkTime {
    const { io, cpu, llm } = this.#booked;
    const booked = io + cpu + llm;
    return { ...this.#booked, [own]: this.#booked[own] + Math.max(0, this.milliseconds - booked) };
  }
}

/** Runs the stage's function once. Rejects with its error, StageTimeout, or the reason of the run's signal. */
export async function attempt(
  stage: Stage,
  value: unknown,
  id: string,
  number: number,
  books: Books,
  { signal, startedAt: runStartedAt }: { readonly signal: AbortSignal; readonly startedAt: number },
): Promise<unknown> {
  const own = new AbortController();
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
  });
  ended.catch(() => {});
  const stop = (error: unknown) => {
    own.abort(error);
    // A function that does not listen to its signal must not hold the run.
    fail(error);
  };
  const onAbort = () => stop(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const { timeout } = stage;
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => stop(new StageTimeout(stage.name, timeout)), timeout);
  const context: StageContext = {
    signal: own.signal,
    id,
    attempt: number,
    startedAt: runStartedAt,
    spent: (work, milliseconds) => books.spent(work, milliseconds),
    paid: (usd) => {
      books.cost += usd;
    },
    note: (text) => books.notes.push(text),
  };
  const startedAt = performance.now();
  try {
    if (signal.aborted) throw signal.reason;
    // An `all` stage takes the items where the others take a value; the builder has checked both.
    const run = stage.run as (value: unknown, context: StageContext) => unknown;
    return await Promise.race([run(value, context), ended]);
  } finally {
    books.milliseconds += performance.now() - startedAt;
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Whether a failure may pass: the stage's own rule, else what the error says of itself. */
export function mayPass(stage: Stage, error: unknown): boolean {
  if (stage.isRetryable !== undefined) return stage.isRetryable(error);
  return typeof error === "object" && error !== null && (error as { retryable?: unknown }).retryable === true;
}
