/**
 * Stops a task, step by step, and says how far it had to go:
 *
 *   queued       it had not started: dropped, and it never will
 *   cooperative  `nogil.cancelled()` turned true and the function ended by itself
 *   interrupted  after `grace`: TaskCancelled was raised in its thread
 *   killed       after `killAfter`: its worker is replaced
 */
import type { CancelStep } from "../errors.js";
import { settlesWithin, type Worker } from "../worker/index.js";
import { Cancellation, type Failure } from "./cancellation.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Task } from "./task.js";

export interface CancellerOptions {
  /** Milliseconds before the interrupt. */
  readonly grace: number;
  /** Milliseconds before the worker is replaced. */
  readonly killAfter: number;
  /** The task is to stop: what it waits for is over. */
  readonly stopping: (task: Task) => void;
  /** Replaces the worker whose thread cannot be freed. */
  readonly replace: (worker: Worker) => void;
}

export class Canceller {
  readonly #dispatcher: Dispatcher;
  readonly #options: CancellerOptions;

  constructor(dispatcher: Dispatcher, options: CancellerOptions) {
    this.#dispatcher = dispatcher;
    this.#options = options;
  }

  /** Resolves when the task is settled: to the step, or undefined when it had ended before. */
  async stop(task: Task, failure: Failure): Promise<CancelStep | undefined> {
    if (task.isSettled) return undefined;
    if (task.cancellation !== undefined) {
      await settled(task);
      return task.cancellation.step;
    }
    const cancellation = new Cancellation(failure);
    task.cancellation = cancellation;
    if (task.state === "queued") {
      task.reject(cancellation.failure("queued"));
      return "queued";
    }
    await this.#climb(task, cancellation);
    return cancellation.step;
  }

  async #climb(task: Task, cancellation: Cancellation): Promise<void> {
    const { slot, id } = task;
    if (slot === undefined) return;
    const { worker, channel } = slot;
    const { grace, killAfter } = this.#options;
    worker.requestCancel(channel, id);
    this.#options.stopping(task);
    // A worker that is stopped or busy in C with the GIL answers late or never: the ladder must not wait for it.
    // A nested call has begun, whatever its id looks like beside those that wait behind it.
    if (!task.isNested) worker.recall(channel, [id]).then((ids) => this.#dispatcher.recalled(slot, ids));
    if (await endsWithin(task, grace)) return;
    worker.interrupt(channel, id);
    const rest = killAfter - grace;
    if (await endsWithin(task, rest / 2)) return;
    // It waits in C or swallows everything. Where it does so is worth knowing before its worker is gone.
    worker.stacks().then((stacks) => {
      cancellation.stacks = stacks.map(({ channel, task, stack }) => ({
        functionName: worker.channels[channel]?.labelOf(task)?.name ?? "?",
        thread: channel,
        stack,
      }));
    });
    if (await endsWithin(task, rest / 2)) return;
    task.reject(cancellation.failure("killed"));
    this.#options.replace(worker);
  }
}

function settled(task: Task): Promise<unknown> {
  return task.promise.catch(() => {});
}

async function endsWithin(task: Task, milliseconds: number): Promise<boolean> {
  await settlesWithin(task.promise, milliseconds);
  return task.isSettled;
}
