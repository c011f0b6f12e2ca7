/** The streams of a pool: opens them, sends their parts, ends them with the pool. */
import { type CancelStep, PoolClosed, TaskCancelled, TaskTimeout } from "../errors.js";
import { Deadline } from "../worker/index.js";
import type { Binding } from "./binding.js";
import type { Failure } from "./cancellation.js";
import type { Dispatcher } from "./dispatcher.js";
import type { HostCalls } from "./host-calls.js";
import type { Operation } from "./residents.js";
import type { Slot } from "./slot.js";
import { Stream } from "./stream.js";
import { checkStreamOptions, DEFAULT_AHEAD, type StreamOptions } from "./stream-options.js";
import { type StreamHost, StreamRun, type StreamSink } from "./stream-run.js";
import { Task } from "./task.js";

export interface StreamsPool {
  /** Queues the task that opens a stream; `prepare` gets it before it can be sent. */
  open(
    name: string,
    args: readonly unknown[],
    options: StreamOptions,
    binding: Binding | undefined,
    of: Operation | undefined,
    prepare: (task: Task) => void,
  ): void;
  stop(task: Task, failure: Failure): Promise<CancelStep | undefined>;
  /** A part of a stream begins, and has ended: it keeps the pool alive. */
  began(): void;
  partEnded(): void;
  failed(opening: Task, error: unknown): void;
  /** For calls from within a host function. */
  readonly hostCalls: HostCalls;
}

export class Streams implements StreamHost {
  readonly #dispatcher: Dispatcher;
  readonly #pool: StreamsPool;
  readonly #open = new Set<StreamRun>();

  constructor(dispatcher: Dispatcher, pool: StreamsPool) {
    this.#dispatcher = dispatcher;
    this.#pool = pool;
  }

  /**
   * @param of the object whose method gives the stream
   * @throws InvalidOption
   */
  stream<T>(
    name: string,
    args: readonly unknown[],
    options: StreamOptions,
    binding?: Binding,
    of?: Operation,
  ): Stream<T> {
    const { ahead = DEFAULT_AHEAD, onProgress, ...callOptions } = checkStreamOptions(options);
    return new Stream<T>(name, ahead, onProgress, (sink) =>
      this.#begin(name, args, callOptions, sink, binding, of),
    );
  }

  /** Ends them all: what was made can be read still, then comes PoolClosed. */
  close(): void {
    for (const run of this.#open) {
      run.giveUp(new PoolClosed(`the pool was closed before ${run.functionName} had given all its items`));
    }
  }

  part(run: StreamRun, target: string, args: readonly unknown[], slot: Slot): Task {
    const task = new Task(run.functionName, args, undefined, 0, 1, (ended) => {
      this.#dispatcher.ended(ended);
      this.#pool.partEnded();
    });
    task.target = target;
    task.isPart = true;
    task.owner = run.opening;
    this.#pool.began();
    const { hostCalls } = this.#pool;
    const enclosing = hostCalls.enclosing(run.functionName);
    hostCalls.remember(task);
    // The thread waits for the host function that reads the stream: it goes on with it at once.
    if (enclosing?.caller.slot === slot && !slot.isLoop) this.#dispatcher.nest(task, slot);
    else this.#dispatcher.sendPart(task, slot);
    return task;
  }

  stop(task: Task, failure: Failure): Promise<CancelStep | undefined> {
    return this.#pool.stop(task, failure);
  }

  isWaitedForBy(slot: Slot): boolean {
    return this.#pool.hostCalls.waitsFor(slot) ?? false;
  }

  over(run: StreamRun, error: unknown): void {
    this.#open.delete(run);
    const { opening } = run;
    if (opening === undefined) return;
    this.#pool.hostCalls.streamOver(opening);
    // What it failed with before it was open, it failed with as a task.
    if (error !== undefined && opening.state === "fulfilled") this.#pool.failed(opening, error);
  }

  #begin(
    name: string,
    args: readonly unknown[],
    { timeout, signal, ...options }: StreamOptions,
    sink: StreamSink,
    binding: Binding | undefined,
    of: Operation | undefined,
  ): StreamRun {
    const run = new StreamRun(name, this, sink);
    this.#pool.open(name, args, options, binding, of, (task) => run.open(task));
    this.#open.add(run);
    if (timeout !== undefined) {
      const deadline = new Deadline(timeout, () =>
        run.cancel((step, _, stacks) => new TaskTimeout(name, timeout, step, stacks)),
      );
      run.ended.then(() => deadline.clear());
    }
    if (signal !== undefined) {
      const abort = () => run.cancel((step) => new TaskCancelled(name, step, { cause: signal.reason }));
      signal.addEventListener("abort", abort, { once: true });
      run.ended.then(() => signal.removeEventListener("abort", abort));
      if (signal.aborted) queueMicrotask(abort);
    }
    return run;
  }
}
