/**
 * Decides which waiting task goes to which thread, and when.
 *
 * A thread gets the next task while it still works on small ones, so that it never waits for us: as many as make up
 * about a millisecond by the time their functions took before. Should one of them take longer than expected, the tasks
 * behind it are taken back and given to others.
 */
import { NogilError, SessionLost } from "../errors.js";
import { CallKind } from "../wire/index.js";
import type { HostListener, TaskChannel, Worker } from "../worker/index.js";
import type { Binding } from "./binding.js";
import { Coroutines } from "./coroutines.js";
import { Misplaced } from "./lease.js";
import type { Gate, Permits } from "./permits.js";
import { type OpenStream, Slot } from "./slot.js";
import type { Task } from "./task.js";
import { emptied, TaskQueue } from "./task-queue.js";

/** Seconds of estimated work kept on a thread. */
const PREFETCH_SECONDS = 1e-3;
/** What a call costs a thread beside the function's own time (seconds). */
const CALL_OVERHEAD_SECONDS = 3e-6;
/** A thread that has not ended a task for this long while others wait behind it is holding them up (milliseconds). */
const STALL_AFTER_MS = 2;
/** Weight of a run that was quicker than the estimate; slower ones count half, to be careful at once. */
const FORGETTING = 0.1;

export class Dispatcher {
  /** Tasks that any worker may run. */
  readonly #anywhere = new TaskQueue();
  /** Tasks of sessions, by the worker they are bound to: every worker that takes tasks, and no other. */
  readonly #bound = new Map<Worker, TaskQueue>();
  /** Tasks of sessions that found no worker to bind to: all go to the same one of those that come. */
  readonly #unbound = new TaskQueue();
  /** The sessions bound to each worker. */
  readonly #bindings = new Map<Worker, Set<Binding>>();
  readonly #slots: Slot[] = [];
  /** Slots with nothing to do, the last used on top: its thread and its caches are the warmest. */
  readonly #idle: Slot[] = [];
  /** Seconds by function name. */
  readonly #estimates = new Map<string, number>();
  readonly #permits: Permits | undefined;
  readonly #coroutines: Coroutines;
  #watching = false;
  /** Who hears the calls of host functions by the tasks of a thread. */
  hostListenerOf: ((slot: Slot) => HostListener) | undefined;

  /**
   * @param maxCoroutines at once, on each worker
   * @param permits what every function may do, where that is limited
   */
  constructor(maxCoroutines: number, permits?: Permits) {
    this.#permits = permits;
    this.#coroutines = new Coroutines(maxCoroutines, (task, slot) => this.#send(task, slot, 0));
  }

  /** Threads, and event loops. */
  get slots(): readonly Slot[] {
    return this.#allSlots;
  }

  get #allSlots(): readonly Slot[] {
    return [...this.#slots, ...this.#coroutines.slots];
  }

  /** Tasks that wait. */
  get waiting(): number {
    let count = this.#anywhere.size + this.#unbound.size + (this.#permits?.waiting ?? 0);
    count += this.#coroutines.waiting;
    for (const queue of this.#bound.values()) count += queue.size;
    return count;
  }

  /** Tasks sent and not ended. */
  get running(): number {
    let count = 0;
    for (const slot of this.#allSlots) count += slot.channel.inFlight;
    return count;
  }

  /** Starts to give tasks to a worker. */
  add(worker: Worker): void {
    this.#bound.set(worker, new TaskQueue());
    for (const channel of worker.channels.slice(0, worker.threads)) this.#open(worker, channel);
    this.#openLoop(worker);
    for (const task of emptied(this.#unbound)) this.#queueOf(task)?.push(task);
    this.dispatch();
  }

  /** Gives tasks to the threads that a worker has started since it was added, too. */
  extend(worker: Worker): void {
    if (!this.#bound.has(worker)) return;
    const known = new Set(this.#slots.map(({ channel }) => channel));
    for (const channel of worker.channels.slice(0, worker.threads)) {
      if (!known.has(channel)) this.#open(worker, channel);
    }
    this.dispatch();
  }

  #open(worker: Worker, channel: TaskChannel): void {
    const slot = new Slot(worker, channel);
    channel.onSettled = () => this.#freed(slot);
    this.#listen(slot);
    this.#slots.push(slot);
    this.#rest(slot);
  }

  #openLoop(worker: Worker): void {
    const slot = new Slot(worker, worker.loop);
    worker.loop.onSettled = () => this.#coroutines.freed(slot);
    this.#listen(slot);
    this.#coroutines.add(slot);
  }

  #listen(slot: Slot): void {
    const { channel } = slot;
    channel.onRecalled = (call) => this.#returned(call as Task, slot);
    channel.onMoved = (call) => this.#moved(call as Task, slot);
    channel.hostListener = this.hostListenerOf?.(slot);
  }

  /** Python says what its function is: a coroutine function, or that it is none. */
  #moved(task: Task, slot: Slot): void {
    slot.backlog -= task.estimate;
    if (this.#coroutines.learn(task, !slot.isLoop)) this.#routeAnew();
    this.requeue(task, false);
    this.dispatch();
  }

  /** Tasks that wait for threads, and now need none. */
  #routeAnew(): void {
    for (const task of this.drain()) this.#queueOf(task)?.push(task);
    this.dispatch();
  }

  /** Gives no more tasks to a worker, and takes back those it has not started. */
  async close(worker: Worker): Promise<void> {
    const slots = this.#allSlots.filter((slot) => slot.worker === worker);
    for (const slot of slots) {
      slot.isOpen = false;
      remove(this.#idle, slot);
    }
    this.#unbind(worker);
    await Promise.all(slots.map((slot) => this.#takeBack(slot, 0)));
  }

  /** Forgets a worker that is gone. */
  remove(worker: Worker): void {
    for (const slot of this.#slots.filter((slot) => slot.worker === worker)) {
      slot.isOpen = false;
      this.#giveBack(slot);
      remove(this.#idle, slot);
      remove(this.#slots, slot);
    }
    this.#coroutines.remove(worker);
    this.#unbind(worker);
  }

  /** Binds a session's tasks to the worker they get first. */
  bind(binding: Binding): void {
    binding.worker = this.#leastBound();
    this.hold(binding);
  }

  /** Ties a binding to the worker that it names, so that this is not recycled under a strict one. */
  hold(binding: Binding): void {
    if (binding.worker === undefined || binding.isReleased) return;
    if (!this.#bound.has(binding.worker)) return this.#loosen(binding);
    const bindings = this.#bindings.get(binding.worker);
    if (bindings === undefined) this.#bindings.set(binding.worker, new Set([binding]));
    else bindings.add(binding);
  }

  /** The session is closed. */
  release(binding: Binding): void {
    binding.isReleased = true;
    if (binding.worker !== undefined) this.#bindings.get(binding.worker)?.delete(binding);
  }

  /** A strict session needs this very worker. */
  isHeld(worker: Worker): boolean {
    return [...(this.#bindings.get(worker) ?? [])].some(({ mode }) => mode === "strict");
  }

  /** Tasks that ended on a worker. */
  endedOn(worker: Worker): number {
    let count = 0;
    for (const slot of this.#allSlots) if (slot.worker === worker) count += slot.ended;
    return count;
  }

  /** The sessions of a worker that takes no more tasks move to another, or are lost. */
  #unbind(worker: Worker): void {
    const bindings = this.#bindings.get(worker) ?? [];
    const queue = this.#bound.get(worker);
    this.#bindings.delete(worker);
    this.#bound.delete(worker);
    for (const binding of bindings) this.#loosen(binding);
    const waiting = queue === undefined ? [] : emptied(queue);
    for (const task of [...waiting, ...this.#coroutines.unbind(worker)]) this.#queueOf(task)?.push(task);
  }

  /** The worker of a session takes no more tasks. */
  #loosen(binding: Binding): void {
    binding.worker = undefined;
    if (binding.mode === "strict") binding.isLost = true;
    else this.bind(binding);
  }

  push(task: Task): void {
    const queue = this.#queueOf(task);
    if (queue === undefined) return;
    queue.push(task);
    this.dispatch();
  }

  /** Whether a thread that may run the task has nothing to do, and the task needs to wait for no permit. */
  hasIdle(task: Task): boolean {
    if (this.#coroutines.has(task)) return true;
    const { binding, name } = task;
    if (this.#permits?.gate(name).hasPermit === false) return false;
    return this.#idle.some(({ worker }) => binding?.worker === undefined || worker === binding.worker);
  }

  /** Runs a task at once on a thread whose own task waits for a host function. */
  nest(task: Task, slot: Slot): void {
    task.isNested = true;
    task.state = "sent";
    const kind = task.onPlaced === undefined ? CallKind.NESTED_CALL : CallKind.NESTED_STREAM_CALL;
    this.#send(task, slot, 0, kind);
  }

  /** The threads of a worker that have nothing to do. */
  idleOf(worker: Worker): Slot[] {
    return this.#idle.filter((slot) => slot.worker === worker && !slot.isLoop);
  }

  /** Sends a part of a stream to the thread that has the stream, whatever that does. */
  sendPart(task: Task, slot: Slot): void {
    if (slot.isIdle) {
      remove(this.#idle, slot);
      slot.isIdle = false;
    }
    task.state = "sent";
    this.#send(task, slot, 0);
  }

  /** The streams that a worker's threads have. */
  streamsOn(worker: Worker): OpenStream[] {
    return this.#allSlots.filter((slot) => slot.worker === worker).flatMap(({ streams }) => [...streams]);
  }

  /** A task did not start, or may run again: it is the next. */
  requeue(task: Task, started: boolean): void {
    if (task.isSettled) return;
    if (task.cancellation !== undefined) return task.reject(task.cancellation.failure("queued"));
    const { slot, isPart } = task;
    task.requeued(started);
    if (isPart && slot !== undefined) return this.sendPart(task, slot);
    this.#queueOf(task)?.pushFront(task);
  }

  /** Takes every waiting task out. */
  drain(): Task[] {
    const gated = [...(this.#permits?.gates ?? [])].map(({ queue }) => queue);
    const queues = [this.#anywhere, this.#unbound, ...gated, ...this.#bound.values()];
    return [...queues.flatMap(emptied), ...this.#coroutines.drain()];
  }

  /** Hands out what can be handed out now. */
  dispatch(): void {
    this.#coroutines.dispatch();
    for (const [worker, queue] of this.#bound) {
      while (queue.size > 0 && this.#dispatchOne(queue, worker)) {}
    }
    if (this.#permits !== undefined) return this.#dispatchPermitted(this.#permits);
    while (this.#anywhere.size > 0 && this.#dispatchOne(this.#anywhere, undefined)) {}
  }

  /** Gives tasks to idle threads as far as permits go, then small ones ahead to the threads that hold permits. */
  #dispatchPermitted(permits: Permits): void {
    while (this.#idle.length > 0) {
      const gate = permits.next();
      if (gate === undefined || !this.#dispatchOne(gate.queue, undefined)) break;
    }
    for (const gate of permits.gates) {
      while (gate.queue.size > 0 && gate.used <= gate.limit && this.#sendAhead(gate)) {}
    }
  }

  #sendAhead(gate: Gate): boolean {
    const slot = this.#leastLoaded(undefined, gate);
    return slot !== undefined && this.#queueUpOn(slot, gate.queue);
  }

  /** Gives the next task of a queue to a thread; false when there is none for it. */
  #dispatchOne(queue: TaskQueue, worker: Worker | undefined): boolean {
    const idle =
      worker === undefined
        ? this.#idle[this.#idle.length - 1]
        : this.#idle.findLast((candidate) => candidate.worker === worker);
    const head = this.#permits === undefined ? undefined : queue.peek();
    const gate = head && this.#permits?.gate(head.name);
    if (idle === undefined || gate?.hasPermit === false) {
      const slot = this.#leastLoaded(worker, gate);
      return slot !== undefined && this.#queueUpOn(slot, queue);
    }
    const task = queue.shift();
    if (task === undefined) return false;
    remove(this.#idle, idle);
    idle.isIdle = false;
    if (gate !== undefined) {
      idle.gate = gate;
      this.#permits?.take(gate);
    }
    this.#send(task, idle, this.#estimate(task));
    return true;
  }

  /** Sends the next task of a queue to a thread that works still, unless that would make it wait for long. */
  #queueUpOn(slot: Slot, queue: TaskQueue): boolean {
    const task = queue.shift();
    if (task === undefined) return false;
    const estimate = this.#estimate(task);
    if (slot.backlog + estimate > PREFETCH_SECONDS) {
      queue.pushFront(task);
      return false;
    }
    this.#send(task, slot, estimate);
    return true;
  }

  #estimate(task: Task): number {
    return (this.#estimates.get(task.name) ?? Number.POSITIVE_INFINITY) + CALL_OVERHEAD_SECONDS;
  }

  /** Where a task waits; undefined when it was refused because its session is lost. */
  #queueOf(task: Task): TaskQueue | undefined {
    const { binding } = task;
    if (binding === undefined && this.#coroutines.has(task)) return this.#coroutines.queue;
    if (binding === undefined) return this.#permits?.gate(task.name).queue ?? this.#anywhere;
    // Nobody tells a session that was closed that its worker has gone.
    if (binding.worker !== undefined && !this.#bound.has(binding.worker)) this.#loosen(binding);
    if (binding.isLost) {
      task.reject(binding.whyLost?.() ?? new SessionLost(binding.key));
      return undefined;
    }
    if (binding.worker === undefined) this.bind(binding);
    if (binding.worker === undefined) return this.#unbound;
    return this.#coroutines.has(task)
      ? this.#coroutines.queueOf(binding.worker)
      : this.#bound.get(binding.worker);
  }

  /** The open worker with the least work bound to it or under way. */
  #leastBound(): Worker | undefined {
    let best: Worker | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [worker, queue] of this.#bound) {
      const work = (this.#bindings.get(worker)?.size ?? 0) + queue.size + worker.inFlight;
      if (work < least) [best, least] = [worker, work];
    }
    return best;
  }

  /** Learns from a task that was settled after it was sent. */
  ended(task: Task): void {
    const slot = task.slot;
    if (slot === undefined) return;
    slot.ended++;
    slot.isStalled = false;
    slot.backlog -= task.estimate;
    if (task.isPart || slot.isLoop) return;
    this.#permits?.gate(task.name).note(task);
    const seconds = task.wallSeconds;
    if (seconds === undefined) return;
    const before = this.#estimates.get(task.name);
    const weight = before === undefined ? 1 : seconds > before ? 0.5 : FORGETTING;
    this.#estimates.set(task.name, (before ?? 0) * (1 - weight) + seconds * weight);
  }

  #send(task: Task, slot: Slot, estimate: number, kind?: number): void {
    try {
      task.sent(slot, slot.channel.send(task, kind ?? kindOf(task)));
    } catch (error) {
      if (!slot.isLoop) this.#rest(slot);
      if (!(error instanceof NogilError)) throw error;
      if (error instanceof Misplaced && task.binding?.mode !== "strict") this.#moveTo(task, error.binding);
      else task.reject(error);
      return;
    }
    task.estimate = Number.isFinite(estimate) ? estimate : PREFETCH_SECONDS;
    slot.backlog += task.estimate;
    if (slot.channel.inFlight > 1 && !slot.isLoop) this.#watch();
  }

  /** A task has a reference to an object of another worker among its arguments. */
  #moveTo(task: Task, binding: Binding): void {
    task.binding = binding;
    task.isNested = false;
    this.#queueOf(task)?.push(task);
    queueMicrotask(() => this.dispatch()); // this may be in the midst of one
  }

  #leastLoaded(worker: Worker | undefined, gate: Gate | undefined): Slot | undefined {
    let best: Slot | undefined;
    for (const slot of this.#slots) {
      if (worker !== undefined && slot.worker !== worker) continue;
      if (slot.gate !== gate) continue;
      if (slot.isOpen && !slot.isStalled && (best === undefined || slot.backlog < best.backlog)) best = slot;
    }
    return best !== undefined && best.backlog < PREFETCH_SECONDS ? best : undefined;
  }

  /** A task of the slot ended. */
  #freed(slot: Slot): void {
    this.#rest(slot);
    this.dispatch();
  }

  /** Puts a slot that has nothing to do among the idle ones. */
  #rest(slot: Slot): void {
    if (slot.channel.inFlight > 0) return;
    this.#giveBack(slot);
    slot.backlog = 0;
    if (!slot.isOpen || slot.isIdle) return;
    slot.isIdle = true;
    // A thread that has a stream is the last to get other work.
    if (slot.streams.size > 0) this.#idle.unshift(slot);
    else this.#idle.push(slot);
  }

  #giveBack(slot: Slot): void {
    if (slot.gate === undefined) return;
    slot.gate.used--;
    slot.gate = undefined;
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    setTimeout(() => {
      this.#watching = false;
      this.#look();
    }, STALL_AFTER_MS);
  }

  /** Takes tasks back from behind one that takes longer than it was expected to. */
  #look(): void {
    for (const slot of this.#slots) {
      if (slot.channel.inFlight < 2) continue;
      this.#watch();
      if (slot.ended === slot.endedAtLastLook && !slot.isStalled) {
        slot.isStalled = true;
        this.#takeBack(slot, 1);
      }
      slot.endedAtLastLook = slot.ended;
    }
  }

  /** Recalls the tasks of a slot but the `spared` oldest ones. */
  async #takeBack(slot: Slot, spared: number): Promise<void> {
    const notNested = [...slot.channel.calls].filter(
      ([, call]) => !(call as Task).isNested && !(call as Task).isPart,
    );
    const ids = notNested.map(([id]) => id).slice(spared);
    // Behind parts of a stream there may be nothing to take back, but replies before them that wait to be sent.
    if (ids.length === 0 && slot.streams.size === 0) return;
    const recalled = await slot.worker.recall(slot.channel, ids);
    this.recalled(slot, recalled);
  }

  /**
   * These calls are certain not to start: their tasks wait again. The thread says the same of each when it comes to
   * it; whichever word arrives first counts, the other finds nothing.
   */
  recalled(slot: Slot, ids: readonly number[]): void {
    const calls = new Map(slot.channel.calls);
    // The oldest in front again.
    for (const id of [...ids].reverse()) {
      const task = calls.get(id) as Task | undefined;
      if (task === undefined) continue;
      slot.channel.forget(id);
      this.#returned(task, slot);
    }
    if (slot.isLoop) this.#coroutines.freed(slot);
    else this.#freed(slot);
  }

  #returned(task: Task, slot: Slot): void {
    slot.backlog -= task.estimate;
    this.requeue(task, false);
  }
}

function kindOf(task: Task): number {
  return task.onPlaced === undefined ? CallKind.CALL : CallKind.STREAM_CALL;
}

function remove<T>(list: T[], item: T): void {
  const index = list.lastIndexOf(item);
  if (index >= 0) list.splice(index, 1);
}
