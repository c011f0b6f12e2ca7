/**
 * One call for each item of an iterable, with a bounded number under way: the source is read only as fast as results
 * are made and, when iterated, taken.
 */
import { InvalidOption } from "../errors.js";
import type { CallOptions } from "./call-options.js";
import type { Handle } from "./handle.js";

export interface MapOptions extends Omit<CallOptions, "onProgress"> {
  /** Results in the order of the items, or as they come. @default true */
  readonly ordered?: boolean;
  /** Items under way at most. @default 4 a thread, at least 64 */
  readonly concurrency?: number;
  /** Each item is an array of arguments instead of the one argument. @default false */
  readonly spread?: boolean;
  /** Called after each result. */
  readonly onProgress?: (progress: MapProgress) => void;
}

export interface MapProgress {
  readonly done: number;
  readonly failed: number;
  /** Undefined for an iterable that does not know its length. */
  readonly total: number | undefined;
}

/** One item's result. */
export type MapResult<T> =
  | { readonly index: number; readonly status: "fulfilled"; readonly value: T }
  | { readonly index: number; readonly status: "rejected"; readonly reason: unknown };

type Source<I> = Iterable<I> | AsyncIterable<I>;
type Submit<T> = (args: readonly unknown[], options: CallOptions) => Handle<T>;

/**
 * The results of `pool.map`. Await it for an array, or iterate it (`for await`) to keep only a few in memory; either
 * stops at the first failure and cancels what is under way. `settled()` goes on after failures.
 */
export class MapRun<T> implements PromiseLike<T[]>, AsyncIterable<T> {
  readonly #source: Source<unknown>;
  readonly #submit: Submit<T>;
  readonly #options: MapOptions;
  readonly #concurrency: number;
  #array: Promise<T[]> | undefined;

  /** @internal */
  constructor(source: Source<unknown>, submit: Submit<T>, options: MapOptions, defaultConcurrency: number) {
    const { concurrency } = options;
    if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1)) {
      throw new InvalidOption("concurrency", concurrency, "a whole number, 1 or more");
    }
    if (
      typeof source !== "object" ||
      source === null ||
      !(Symbol.iterator in source || Symbol.asyncIterator in source)
    ) {
      throw new InvalidOption("items", source, "an iterable or an async iterable");
    }
    this.#source = source;
    this.#submit = submit;
    this.#options = options;
    this.#concurrency = concurrency ?? defaultConcurrency;
  }

  /** Every result with its item's index, failures included. */
  async *settled(): AsyncGenerator<MapResult<T>, void, undefined> {
    const { ordered = true, spread = false, onProgress, concurrency: _, ...callOptions } = this.#options;
    const iterator = iterate(this.#source);
    const total = sizeOf(this.#source);
    /** Under way or done and not yet handed out, in the order of the items. */
    const handles = new Map<number, Handle<T>>();
    /** Indexes in the order in which their tasks ended. */
    const ended: number[] = [];
    let wake: (() => void) | undefined;
    let next = 0;
    let taken = 0;
    let done = 0;
    let failed = 0;
    let isExhausted = false;
    try {
      for (;;) {
        while (!isExhausted && handles.size < this.#concurrency) {
          const item = await iterator.next();
          if (item.done) {
            isExhausted = true;
            break;
          }
          const index = next++;
          const handle = this.#submit(spread ? asArguments(item.value, index) : [item.value], callOptions);
          handles.set(index, handle);
          handle.wait().then(() => {
            done++;
            if (handle.error !== undefined) failed++;
            onProgress?.({ done, failed, total });
            if (!ordered) ended.push(index);
            wake?.();
          });
        }
        if (handles.size === 0) return;
        const index = ordered ? taken : ended.shift();
        const handle = index === undefined ? undefined : handles.get(index);
        if (index === undefined || handle === undefined || !handle.isReady()) {
          if (index !== undefined && handle !== undefined) await handle.wait();
          else await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        handles.delete(index);
        taken++;
        yield handle.error === undefined
          ? { index, status: "fulfilled", value: handle.tryGet() as T }
          : { index, status: "rejected", reason: handle.error };
      }
    } finally {
      // Reached early when the consumer stops: nothing goes on behind its back.
      await iterator.return?.();
      await Promise.all(Array.from(handles.values(), (handle) => handle.cancel()));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const result of this.settled()) {
      if (result.status === "rejected") throw result.reason;
      yield result.value;
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what it is for
  then<R1 = T[], R2 = never>(
    onFulfilled?: ((values: T[]) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.#array ??= this.#collect();
    return this.#array.then(onFulfilled, onRejected);
  }

  async #collect(): Promise<T[]> {
    const values: T[] = [];
    for await (const value of this) values.push(value);
    return values;
  }
}

async function* iterate(source: Source<unknown>): AsyncGenerator<unknown, void, undefined> {
  yield* source as AsyncIterable<unknown>;
}

function sizeOf(source: Source<unknown>): number | undefined {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return (source as { length?: number }).length;
  return source instanceof Set || source instanceof Map ? source.size : undefined;
}

function asArguments(item: unknown, index: number): readonly unknown[] {
  if (Array.isArray(item)) return item;
  throw new InvalidOption(`items[${index}]`, item, "an array of arguments, because of spread: true");
}
