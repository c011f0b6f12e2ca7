/** A handle of a task that was pushed before its pool ran: it waits for the pool, then stands for the pool's own. */
import { type NogilError, TaskCancelled } from "../../errors.js";
import type { Handle, Pool, Progress, TaskState, TaskStats } from "../../pool/index.js";
import type { TaskHandle } from "./types.js";

export class DeferredHandle<T> implements TaskHandle<T> {
  readonly functionName: string;
  readonly #promise: Promise<T>;
  readonly #listeners: ((progress: Progress) => void)[] = [];
  /** The pool's handle, or the reason why there will be none. */
  #handle: Handle<T> | undefined;
  #failure: NogilError | undefined;
  #settled: Promise<void>;

  constructor(functionName: string, pool: Promise<Pool>, submit: (pool: Pool) => Handle<T>) {
    this.functionName = functionName;
    this.#settled = pool.then(
      (running) => {
        if (this.#failure !== undefined) return;
        try {
          const handle = submit(running);
          for (const listener of this.#listeners) handle.on("progress", listener);
          this.#handle = handle;
        } catch (error) {
          this.#failure = error as NogilError;
        }
      },
      (error: NogilError) => {
        this.#failure ??= error;
      },
    );
    this.#promise = this.#settled.then(() => {
      if (this.#handle === undefined) throw this.#failure;
      return this.#handle;
    });
    // As with the pool's handles: a failure that nobody asks for stays silent here.
    this.#promise.catch(() => {});
  }

  get state(): TaskState {
    return this.#handle?.state ?? (this.#failure === undefined ? "queued" : "rejected");
  }

  get error(): NogilError | undefined {
    return this.#handle?.error ?? this.#failure;
  }

  get progress(): Progress | undefined {
    return this.#handle?.progress;
  }

  get stats(): TaskStats | undefined {
    return this.#handle?.stats;
  }

  isReady(): boolean {
    return this.#handle?.isReady() ?? this.#failure !== undefined;
  }

  tryGet(): T | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#handle?.tryGet();
  }

  async wait(milliseconds?: number): Promise<boolean> {
    if (this.isReady()) return true;
    const ended = this.#promise.then(
      () => true,
      () => true,
    );
    if (milliseconds === undefined) return ended;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    return Promise.race([ended, limit]).finally(() => clearTimeout(timer));
  }

  async cancel(): Promise<"queued" | "cooperative" | "interrupted" | "killed" | undefined> {
    if (this.#handle !== undefined) return this.#handle.cancel();
    if (this.#failure !== undefined) return undefined;
    this.#failure = new TaskCancelled(this.functionName, "queued");
    return "queued";
  }

  on(event: "progress", listener: (progress: Progress) => void): this {
    if (this.#handle !== undefined) this.#handle.on(event, listener);
    else this.#listeners.push(listener);
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what a handle is for
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.#promise.then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.#promise.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#promise.finally(onFinally);
  }
}
