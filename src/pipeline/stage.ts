/**
 * What a pipeline is made of. A stage is a function with a name, a limit and rules for failures; items flow through
 * stages one by one (`each`, `expand`) or meet in one (`all`). Nothing here runs anything.
 */

/** What a stage mostly waits for: the run report adds up time by it. */
export type Work = "io" | "cpu" | "llm";

/** One thing on its way through a pipeline. */
export interface Item<T> {
  /** The same in every run: what was finished is found again by it. No two items of a stage share one. */
  readonly id: string;
  readonly value: T;
}

/** What a stage's function gets besides the value. */
export interface StageContext {
  /** Aborted when the run is stopped, or when the stage's timeout is over. */
  readonly signal: AbortSignal;
  /** The item's id; for an `all` stage the stage's name. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Milliseconds since 1970 when the run was first started: a resumed run has the time of the one it goes on with. */
  readonly startedAt: number;
  /** Books time: milliseconds spent in this kind of work. What is not booked counts as the stage's own kind. */
  spent(work: Work, milliseconds: number): void;
  /** Books money, US dollars. */
  paid(usd: number): void;
  /** A line for the run report: something a reader should know that is no failure. */
  note(text: string): void;
}

const DROPPED = Symbol("dropped");

/** An item that ends here on purpose. Made by `drop`. */
export interface Dropped {
  readonly [DROPPED]: true;
  readonly reason: string;
}

/** What a stage returns to end an item on purpose: no failure, and not done again after a resume. */
export function drop(reason: string): Dropped {
  return { [DROPPED]: true, reason };
}

export function isDropped(value: unknown): value is Dropped {
  return typeof value === "object" && value !== null && DROPPED in value;
}

/** What all stages can say. */
export interface StageOptions {
  /** What it mostly waits for. @default "cpu" */
  readonly work?: Work;
  /**
   * Items in it at once. A function is asked before each start, so a controller can move the limit.
   * @default 4
   */
  readonly limit?: number | (() => number);
  /** Further tries after a failure that may pass. @default 0 */
  readonly retries?: number;
  /** Milliseconds before the first further try; doubled for each next one. @default 500 */
  readonly retryDelay?: number;
  /** Whether a failure may pass. @default the error's own `retryable` field */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Milliseconds one try may take. @default none */
  readonly timeout?: number;
}

type StageFunction<I, O> = (value: I, context: StageContext) => O | PromiseLike<O>;

interface Common extends StageOptions {
  readonly name: string;
}

/** A stage as the runner sees it: the types of values are the builder's business. */
export type Stage = Common &
  (
    | { readonly shape: "each"; readonly run: StageFunction<unknown, unknown> }
    | { readonly shape: "expand"; readonly run: StageFunction<unknown, readonly Item<unknown>[] | Dropped> }
    | {
        readonly shape: "all";
        readonly run: StageFunction<readonly Item<unknown>[], readonly Item<unknown>[]>;
      }
  );

/** Stages in the order items pass them. Immutable: every method returns a new pipeline. */
export class Pipeline<I, O> {
  readonly name: string;
  readonly stages: readonly Stage[];

  /** @internal */
  constructor(name: string, stages: readonly Stage[]) {
    this.name = name;
    this.stages = stages;
  }

  /** One value in, one value (or `drop(…)`) out. */
  each<P>(name: string, run: StageFunction<O, P | Dropped>, options: StageOptions = {}): Pipeline<I, P> {
    return this.#with({ ...options, name, shape: "each", run: run as StageFunction<unknown, unknown> });
  }

  /** One value in, any number of new items out. */
  expand<P>(
    name: string,
    run: StageFunction<O, readonly Item<P>[] | Dropped>,
    options: StageOptions = {},
  ): Pipeline<I, P> {
    return this.#with({
      ...options,
      name,
      shape: "expand",
      run: run as StageFunction<unknown, readonly Item<unknown>[] | Dropped>,
    });
  }

  /**
   * All items that came so far, in the order of the input whatever order they came in: compare, choose, join. It runs
   * once, when everything before it is done.
   */
  all<P>(
    name: string,
    run: StageFunction<readonly Item<O>[], readonly Item<P>[]>,
    options: StageOptions = {},
  ): Pipeline<I, P> {
    return this.#with({
      ...options,
      name,
      shape: "all",
      run: run as StageFunction<readonly Item<unknown>[], readonly Item<unknown>[]>,
    });
  }

  #with<P>(stage: Stage): Pipeline<I, P> {
    return new Pipeline<I, P>(this.name, [...this.stages, stage]);
  }
}

/** An empty pipeline that takes values of one type. */
export function definePipeline<I>(name: string): Pipeline<I, I> {
  return new Pipeline<I, I>(name, []);
}
