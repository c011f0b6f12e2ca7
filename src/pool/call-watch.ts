/** What a caller said of one call: how long it may take, what ends it, who hears of its progress. */
import { TaskCancelled, TaskTimeout } from "../errors.js";
import { Deadline } from "../worker/index.js";
import type { CallOptions } from "./call-options.js";
import type { Canceller } from "./canceller.js";
import type { Task } from "./task.js";

export function watchCall(task: Task, options: CallOptions, canceller: Canceller): void {
  const { timeout, signal, onProgress } = options;
  task.onProgress = onProgress;
  if (timeout !== undefined) {
    const deadline = new Deadline(timeout, () => {
      canceller.stop(task, (step, _, stacks) => new TaskTimeout(task.name, timeout, step, stacks));
    });
    task.onEnd(() => deadline.clear());
  }
  if (signal !== undefined) {
    const abort = () => {
      canceller.stop(task, (step) => new TaskCancelled(task.name, step, { cause: signal.reason }));
    };
    signal.addEventListener("abort", abort, { once: true });
    task.onEnd(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) queueMicrotask(abort);
  }
}
