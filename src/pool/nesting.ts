/**
 * Calls of the pool by a host function that a task waits for. With all threads waiting so, none would be left for them: they
 * run on the thread that waits, one after the other, each inside the task that waits.
 */
import type { Dispatcher } from "./dispatcher.js";
import type { HostCall } from "./host-call.js";
import type { Task } from "./task.js";

export class Nesting {
  readonly #dispatcher: Dispatcher;
  /** Where the tasks belong that run on waiting threads. */
  readonly #calls = new WeakMap<Task, HostCall>();

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** Gives a task to an idle thread, else to the thread that waits for the host call, when its turn comes. */
  push(task: Task, call: HostCall): void {
    this.#calls.set(task, call);
    this.#place(task, call);
  }

  /** A task that ran inside a waiting one has ended: the next one's turn. */
  ended(task: Task): void {
    const call = this.#calls.get(task);
    if (call?.nested !== task) return;
    call.nested = undefined;
    this.#next(call);
  }

  #next(call: HostCall): void {
    let next = call.waiting.shift();
    while (next?.isSettled) next = call.waiting.shift();
    if (next !== undefined) this.#place(next, call);
  }

  /** Nobody waits on that thread any more: what was called and not awaited is a task like any other. */
  callEnded(call: HostCall): void {
    for (const task of call.waiting.splice(0)) if (!task.isSettled) this.#dispatcher.push(task);
  }

  #place(task: Task, call: HostCall): void {
    const waiting = this.#dispatcher.hasIdle(task) ? undefined : placeFor(task, call);
    const slot = waiting?.caller.slot;
    if (waiting === undefined || slot === undefined) return this.#dispatcher.push(task);
    this.#calls.set(task, waiting);
    if (waiting.nested !== undefined) {
      waiting.waiting.push(task);
      return;
    }
    waiting.nested = task;
    this.#dispatcher.nest(task, slot);
    if (task.isNested || waiting.nested !== task) return;
    // It has gone to the worker of an object among its arguments.
    waiting.nested = undefined;
    this.#next(waiting);
  }
}

/** The innermost of the host calls around a task whose thread waits in a worker where the task may run. */
function placeFor(task: Task, innermost: HostCall): HostCall | undefined {
  const worker = task.binding?.worker;
  for (let call: HostCall | undefined = innermost; call !== undefined; call = call.outer) {
    const { slot } = call.caller;
    // A coroutine that waits occupies no thread, so nothing has to run inside it.
    if (slot === undefined || slot.isLoop) continue;
    if (call.isOpen && (worker === undefined || worker === slot.worker)) return call;
  }
  return undefined;
}
