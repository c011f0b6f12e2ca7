/**
 * Tasks that need no thread: coroutines, many at once on the event loop of each worker. Whether a function is one, Python
 * says when a thread gets it for the first time; the host remembers the name.
 */
import type { Worker } from "../worker/index.js";
import type { Slot } from "./slot.js";
import type { Task } from "./task.js";
import { emptied, TaskQueue } from "./task-queue.js";

export class Coroutines {
  /** Tasks that any loop may run. */
  readonly queue = new TaskQueue();
  readonly #most: number;
  readonly #send: (task: Task, slot: Slot) => void;
  readonly #names = new Set<string>();
  /** The loop of each worker that takes tasks, with the tasks of sessions that are bound to it. */
  readonly #open = new Map<Worker, { readonly slot: Slot; readonly bound: TaskQueue }>();
  /** Those of workers that finish their last tasks, too. */
  readonly #slots = new Map<Worker, Slot>();

  /** @param most coroutines at once on a loop */
  constructor(most: number, send: (task: Task, slot: Slot) => void) {
    this.#most = most;
    this.#send = send;
  }

  get slots(): Iterable<Slot> {
    return this.#slots.values();
  }

  get waiting(): number {
    let count = this.queue.size;
    for (const { bound } of this.#open.values()) count += bound.size;
    return count;
  }

  add(slot: Slot): void {
    this.#slots.set(slot.worker, slot);
    this.#open.set(slot.worker, { slot, bound: new TaskQueue() });
  }

  /** The worker takes no more tasks; gives back those that wait for it. */
  unbind(worker: Worker): Task[] {
    const { bound } = this.#open.get(worker) ?? {};
    this.#open.delete(worker);
    return bound === undefined ? [] : emptied(bound);
  }

  remove(worker: Worker): void {
    const slot = this.#slots.get(worker);
    if (slot !== undefined) slot.isOpen = false;
    this.#slots.delete(worker);
  }

  has(task: Task): boolean {
    return this.#names.size > 0 && this.#names.has(keyOf(task));
  }

  queueOf(worker: Worker): TaskQueue | undefined {
    return this.#open.get(worker)?.bound;
  }

  /** Remembers what Python said of a function; whether that is new. */
  learn(task: Task, isCoroutine: boolean): boolean {
    const key = keyOf(task);
    const isNew = this.#names.has(key) !== isCoroutine;
    if (isCoroutine) this.#names.add(key);
    else this.#names.delete(key);
    return isNew;
  }

  /** A coroutine ended. */
  freed(_slot: Slot): void {
    if (this.#names.size > 0) this.dispatch();
  }

  /** Hands out what can be handed out now. */
  dispatch(): void {
    for (const { slot, bound } of this.#open.values()) {
      while (bound.size > 0 && this.#hasRoom(slot)) this.#start(bound, slot);
    }
    while (this.queue.size > 0) {
      const slot = this.#leastLoaded();
      if (slot === undefined) return;
      this.#start(this.queue, slot);
    }
  }

  drain(): Task[] {
    return [this.queue, ...[...this.#open.values()].map(({ bound }) => bound)].flatMap(emptied);
  }

  #start(queue: TaskQueue, slot: Slot): void {
    const task = queue.shift();
    if (task === undefined) return;
    slot.worker.startLoop();
    this.#send(task, slot);
  }

  #hasRoom({ channel, isOpen }: Slot): boolean {
    return isOpen && channel.inFlight < this.#most;
  }

  #leastLoaded(): Slot | undefined {
    let best: Slot | undefined;
    for (const { slot } of this.#open.values()) {
      if (!this.#hasRoom(slot)) continue;
      if (best === undefined || slot.channel.inFlight < best.channel.inFlight) best = slot;
    }
    return best;
  }
}

/** A name may be called and read as a stream, and only one of the two may be right. */
function keyOf({ name, onPlaced }: Task): string {
  return onPlaced === undefined ? name : `${name} (stream)`;
}
