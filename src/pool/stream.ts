/**
 * What the caller of a generator holds: its items, one by one, in the order in which Python makes them.
 *
 *   for await (const row of pool.stream("rows", path)) …
 *
 * Python runs ahead of the reader by a bounded number of items. It is given credit for them in two portions, so that
 * it works on one while the items of the other are on their way.
 */
import type { NogilError } from "../errors.js";
import type { Progress } from "./call-options.js";
import type { StreamRun, StreamSink } from "./stream-run.js";
import { uncaughtIfThrown } from "./task.js";

/** Portions of credit that Python has at most. */
const PULLS = 2;
/** The smallest portion, as a fraction of what may be made ahead: smaller ones would only cost messages. */
const PORTION = 4;

interface Reader<T> {
  resolve(result: IteratorResult<T, unknown>): void;
  reject(error: unknown): void;
}

/** How a stream ended: with what the generator returned, or with an error that nobody has heard of yet. */
type End = { readonly value: unknown } | { readonly error: unknown };

/**
 * The results of a Python generator. Iterate it; nothing happens before the first item is asked for, and leaving the loop
 * early closes the generator, whose `finally` has run when the loop is left.
 */
export class Stream<T = unknown> implements AsyncIterableIterator<T, unknown, undefined>, AsyncDisposable {
  /** The Python function's name as it was called. */
  readonly functionName: string;
  readonly #begin: (sink: StreamSink) => StreamRun;
  readonly #ahead: number;
  #run: StreamRun | undefined;
  #items: unknown[] = [];
  /** Where the next item stands. */
  #at = 0;
  readonly #readers: Reader<T>[] = [];
  #end: End | undefined;
  #progress: Progress | undefined;
  #onProgress: ((progress: Progress) => void) | undefined;

  /** @internal Streams come from `pool.stream` and `pool.submitStream`. */
  constructor(
    functionName: string,
    ahead: number,
    onProgress: ((progress: Progress) => void) | undefined,
    begin: (sink: StreamSink) => StreamRun,
  ) {
    this.functionName = functionName;
    this.#ahead = ahead;
    this.#onProgress = onProgress;
    this.#begin = begin;
  }

  /** What the function last said with `nogil.progress(done, total)`. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  /** Calls back at each progress report. Returns this stream. */
  on(event: "progress", listener: (progress: Progress) => void): this {
    if (event !== "progress")
      throw new TypeError(`a stream has no event "${String(event)}", only "progress"`);
    const before = this.#onProgress;
    this.#onProgress = (progress) => {
      before?.(progress);
      listener(progress);
    };
    return this;
  }

  /**
   * The next item; at the end `done`, with what the generator returned.
   *
   * @throws PythonError what the generator raised, after the items before it
   * @throws NotSendable, TaskTimeout, TaskCancelled, WorkerCrashed, WorkerReplaced, FunctionNotFound, QueueFull,
   * PoolClosed, PoolUnavailable
   */
  next(): Promise<IteratorResult<T, unknown>> {
    if (this.#at < this.#items.length) {
      const value = this.#items[this.#at] as T;
      this.#items[this.#at++] = undefined;
      if (this.#end === undefined) this.#ask();
      return Promise.resolve({ done: false, value });
    }
    if (this.#end !== undefined) return this.#finish(this.#end);
    const result = new Promise<IteratorResult<T, unknown>>((resolve, reject) =>
      this.#readers.push({ resolve, reject }),
    );
    try {
      this.#run ??= this.#begin(this.#sink);
      const run = this.#run;
      this.#ask();
      run.urge();
      run.awaited(() => this.#readers.length > 0);
    } catch (error) {
      this.#settle({ error });
    }
    return result;
  }

  /** Ends the stream early. Resolves when the generator is closed; throws what its `finally` raises. */
  async return(value?: unknown): Promise<IteratorResult<T, unknown>> {
    this.#drop();
    if (this.#end === undefined) this.#settle({ value: undefined });
    else this.#end = { value: undefined };
    await this.#run?.close();
    return { done: true, value: await value };
  }

  /** Ends the stream as `return` does, then throws the error. */
  async throw(error?: unknown): Promise<IteratorResult<T, unknown>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #sink: StreamSink = {
    items: (items) => this.#receive(items),
    ended: (value) => this.#settle({ value }),
    failed: (error, dropsItems) => {
      if (dropsItems) this.#drop();
      this.#settle({ error });
    },
    progressed: (progress) => {
      this.#progress = progress;
      const listener = this.#onProgress;
      if (listener !== undefined) uncaughtIfThrown(() => listener(progress));
    },
  };

  #receive(items: readonly unknown[]): void {
    let given = 0;
    while (given < items.length && this.#readers.length > 0)
      this.#readers.shift()?.resolve({ done: false, value: items[given++] as T });
    if (given < items.length) {
      const rest = given === 0 ? items : items.slice(given);
      this.#items = this.#at < this.#items.length ? [...this.#items.slice(this.#at), ...rest] : [...rest];
      this.#at = 0;
    }
    this.#ask();
  }

  /** Gives Python credit for as many items as there is room for. */
  #ask(): void {
    const run = this.#run;
    if (run === undefined) return;
    const least = Math.max(1, Math.ceil(this.#ahead / PORTION));
    while (run.isOpen && run.pulls < PULLS) {
      const room = this.#ahead + this.#readers.length - (this.#items.length - this.#at) - run.credit;
      const isUrgent = run.pulls === 0 && this.#readers.length > 0;
      if (room < least && !(isUrgent && room > 0)) return;
      run.pull(Math.max(1, Math.min(room, Math.ceil(this.#ahead / PULLS))));
    }
  }

  #settle(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const { resolve, reject } of this.#readers.splice(0)) this.#finish(this.#end).then(resolve, reject);
  }

  /** The end is told once; from then on there is nothing more. */
  async #finish(end: End): Promise<IteratorResult<T, unknown>> {
    this.#end = { value: undefined };
    if ("error" in end) throw end.error as NogilError;
    return { done: true, value: end.value };
  }

  #drop(): void {
    this.#items = [];
    this.#at = 0;
  }
}
