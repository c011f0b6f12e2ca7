/** A streamed answer: events to iterate, the whole answer to await, back-pressure in between. */
import type { AttemptControl } from "./engines/engine.js";
import type { Completion, StreamEvent } from "./response.js";

/** Events a slow reader may lag behind before the socket is no longer read. */
const HIGH_WATER = 1_024;
const LOW_WATER = 256;

type Result = IteratorResult<StreamEvent, undefined>;

export class CompletionStream<T = undefined> implements AsyncIterable<StreamEvent> {
  #queue: StreamEvent[] = [];
  #head = 0;
  #reader: { resolve: (result: Result) => void; reject: (error: unknown) => void } | undefined;
  #control: AttemptControl | undefined;
  #paused = false;
  #iterating = false;
  #completion: Completion<T> | undefined;
  #error: { readonly value: unknown } | undefined;
  #waiting: { resolve: (completion: Completion<T>) => void; reject: (error: unknown) => void }[] = [];
  readonly #cancel: () => void;

  /** @param cancel stops the call; called when a reader leaves early. */
  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  /** The whole answer, once it is there. Rejects as the call does. */
  get response(): Promise<Completion<T>> {
    if (this.#completion !== undefined) return Promise.resolve(this.#completion);
    if (this.#error !== undefined) return Promise.reject(this.#error.value);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Only the pieces of text. */
  get text(): AsyncIterable<string> {
    return textOf(this);
  }

  /** Stops the call and closes its socket. */
  abort(): void {
    this.#cancel();
  }

  /** Events from the one place the caller has read to: a stream is read once. */
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    this.#iterating = true;
    return {
      next: () => this.#next(),
      return: () => {
        if (this.#completion === undefined && this.#error === undefined) this.#cancel();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** @internal */
  push(event: StreamEvent): void {
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader.resolve({ done: false, value: event });
      return;
    }
    this.#queue.push(event);
    // Without a reader the events are kept: the answer is being collected anyway.
    if (this.#iterating && !this.#paused && this.#queue.length - this.#head >= HIGH_WATER) {
      this.#paused = true;
      this.#control?.pause();
    }
  }

  /** @internal */
  attach(control: AttemptControl): void {
    this.#control = control;
    this.#paused = false;
  }

  /** @internal */
  finish(completion: Completion<T>): void {
    this.#completion = completion;
    for (const { resolve } of this.#waiting) resolve(completion);
    this.#waiting = [];
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
  }

  /** @internal */
  fail(error: unknown): void {
    this.#error = { value: error };
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  #next(): Promise<Result> {
    if (this.#head < this.#queue.length) {
      const value = this.#queue[this.#head++] as StreamEvent;
      const left = this.#queue.length - this.#head;
      if (left === 0) {
        this.#queue = [];
        this.#head = 0;
      }
      if (this.#paused && left <= LOW_WATER) {
        this.#paused = false;
        this.#control?.resume();
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error.value);
    if (this.#completion !== undefined) return Promise.resolve({ done: true, value: undefined });
    if (this.#reader !== undefined)
      return Promise.reject(new TypeError("a stream has one reader: await next() first"));
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }
}

async function* textOf(stream: AsyncIterable<StreamEvent>): AsyncGenerator<string, void> {
  for await (const event of stream) if (event.type === "text") yield event.text;
}
