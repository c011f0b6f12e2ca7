/** A caller bound to one worker, so that what its calls leave in Python is there for the next ones. */
import { PoolClosed } from "../errors.js";
import type { Binding } from "./binding.js";
import type { CallOptions } from "./call-options.js";
import type { Handle } from "./handle.js";
import type { Resident } from "./resident.js";
import type { Stream } from "./stream.js";
import type { StreamOptions } from "./stream-options.js";

export interface SessionOptions {
  /**
   * `hint`: another worker takes over when this one dies or is recycled. `strict`: calls then fail with SessionLost,
   * and the worker is not recycled before the session is closed.
   * @default "hint"
   */
  readonly mode?: "hint" | "strict";
}

/** How a session reaches its pool. */
export interface SessionPool {
  submit(name: string, args: readonly unknown[], options: CallOptions, binding: Binding): Handle<unknown>;
  stream(name: string, args: readonly unknown[], options: StreamOptions, binding: Binding): Stream<unknown>;
  closed(binding: Binding): void;
}

export class Session implements AsyncDisposable {
  readonly #pool: SessionPool;
  readonly #binding: Binding;
  #isClosed = false;

  /** @internal */
  constructor(pool: SessionPool, binding: Binding) {
    this.#pool = pool;
    this.#binding = binding;
  }

  get key(): string {
    return this.#binding.key;
  }

  get mode(): "hint" | "strict" {
    return this.#binding.mode;
  }

  /** A strict session whose worker is gone: every call fails with SessionLost. */
  get isLost(): boolean {
    return this.#binding.isLost;
  }

  /** Process id of the worker; undefined before the first call. */
  get worker(): number | undefined {
    return this.#binding.worker?.pid;
  }

  /** As `pool.push`, on the session's worker. */
  push<T = unknown>(name: string, ...args: readonly unknown[]): Handle<T> {
    return this.submit<T>(name, args);
  }

  /** As `pool.submit`, on the session's worker. */
  submit<T = unknown>(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Handle<T> {
    if (this.#isClosed) throw new PoolClosed(`session "${this.key}" is closed`);
    return this.#pool.submit(name, args, options, this.#binding) as Handle<T>;
  }

  /** As `pool.call`, on the session's worker. */
  async call<T = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<T> {
    return this.submit<T>(name, args, options);
  }

  /** As `pool.create`, in the session's worker. */
  async create<T = unknown>(name: string, ...args: readonly unknown[]): Promise<Resident<T>> {
    return this.submit<Resident<T>>(name, args, { keep: true });
  }

  /** As `pool.stream`, on the session's worker. */
  stream<T = unknown>(name: string, ...args: readonly unknown[]): Stream<T> {
    return this.submitStream<T>(name, args);
  }

  /** As `pool.submitStream`, on the session's worker. */
  submitStream<T = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: StreamOptions = {},
  ): Stream<T> {
    if (this.#isClosed) throw new PoolClosed(`session "${this.key}" is closed`);
    return this.#pool.stream(name, args, options, this.#binding) as Stream<T>;
  }

  /** Ends the binding. Calls under way go on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pool.closed(this.#binding);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
