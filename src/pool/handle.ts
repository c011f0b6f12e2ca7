/** What a caller holds of a task it pushed: look, wait, await, stop. */
import type { CancelStep, NogilError } from "../errors.js";
import type { Progress } from "./call-options.js";
import type { Task, TaskState, TaskStats } from "./task.js";

/**
 * A task under way. It can be awaited like a promise. A failure that nobody asks for stays silent here; the pool's
 * `task-failed` event reports every one.
 */
export class Handle<T = unknown> implements PromiseLike<T> {
  readonly #task: Task;
  readonly #cancel: (task: Task) => Promise<CancelStep | undefined>;

  /** @internal Handles come from `pool.push` and `pool.submit`. */
  constructor(task: Task, cancel: (task: Task) => Promise<CancelStep | undefined>) {
    this.#task = task;
    this.#cancel = cancel;
  }

  /** The Python function's name as it was called. */
  get functionName(): string {
    return this.#task.name;
  }

  /** Counts the tasks of this host process; the same as in events. */
  get number(): number {
    return this.#task.number;
  }

  get state(): TaskState {
    return this.#task.state;
  }

  /** True once the task has a result or an error. */
  isReady(): boolean {
    return this.#task.isSettled;
  }

  /**
   * The result without waiting.
   *
   * @returns the value, or `undefined` while there is none.
   * @throws what the task failed with, if it did.
   */
  tryGet(): T | undefined {
    if (this.#task.state === "rejected") throw this.#task.outcome;
    return this.#task.state === "fulfilled" ? (this.#task.outcome as T) : undefined;
  }

  /** The error the task failed with; undefined while it has not. */
  get error(): NogilError | undefined {
    return this.#task.state === "rejected" ? (this.#task.outcome as NogilError) : undefined;
  }

  /**
   * Waits for the end, at most `milliseconds`. Never throws because of the task, and does not stop it.
   *
   * @returns whether the task has ended.
   */
  async wait(milliseconds?: number): Promise<boolean> {
    if (this.#task.isSettled) return true;
    const ended = this.#task.promise.then(
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

  /**
   * Stops the task, wherever it is.
   *
   * @returns what it took: `queued`, `cooperative`, `interrupted` or `killed`; undefined when it had ended before.
   */
  cancel(): Promise<CancelStep | undefined> {
    return this.#cancel(this.#task);
  }

  /** What the function last said with `nogil.progress(done, total)`. */
  get progress(): Progress | undefined {
    return this.#task.progress;
  }

  /** Calls back at each progress report. Returns this handle. */
  on(event: "progress", listener: (progress: Progress) => void): this {
    if (event !== "progress")
      throw new TypeError(`a handle has no event "${String(event)}", only "progress"`);
    const before = this.#task.onProgress;
    this.#task.onProgress = (progress) => {
      before?.(progress);
      listener(progress);
    };
    return this;
  }

  /** Where and how long the task ran. */
  get stats(): TaskStats {
    return this.#task.stats;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what a handle is for
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return (this.#task.promise as Promise<T>).then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return (this.#task.promise as Promise<T>).finally(onFinally);
  }
}
