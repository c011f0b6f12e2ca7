/** The objects that workers keep for this process: who holds them, which calls use them, when workers may drop them. */
import { NotSendable, type WorkerExit } from "../errors.js";
import { type FunctionForm, Reference } from "../wire/index.js";
import type { TaskChannel, Worker } from "../worker/index.js";
import { type CallOptions, checkCallOptions } from "./call-options.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Handle } from "./handle.js";
import { Lease, Misplaced } from "./lease.js";
import {
  coreOf,
  Keep,
  makeResident,
  type ResidentCore,
  type ResidentMembersOf,
  type ResidentOwner,
} from "./resident.js";
import type { Stream } from "./stream.js";
import type { StreamOptions } from "./stream-options.js";
import { Task } from "./task.js";

const FREE = "nogil:free";
const TARGETS = { always: "nogil:keep:", unsendable: "nogil:keep-unsendable:" } as const;

let lastNumber = 0;

/** What a call does with an object. */
export interface Operation {
  readonly lease: Lease;
  /** The function in the worker; the object's number is its last argument. */
  readonly target: string;
}

/** What residents need of their pool. */
export interface ResidentsPool {
  submit(name: string, args: readonly unknown[], options: CallOptions, of: Operation): Handle<unknown>;
  stream(name: string, args: readonly unknown[], options: StreamOptions, of: Operation): Stream<unknown>;
  /** Something is under way that the pool and the process have to wait for; it is over. */
  readonly begun: () => void;
  readonly ended: () => void;
}

export class Residents {
  readonly #dispatcher: Dispatcher;
  readonly #pool: Pick<ResidentsPool, "begun" | "ended">;
  readonly #owner: ResidentOwner;
  readonly #leases = new Map<Worker, Set<Lease>>();
  /** Which references the tasks under way use. */
  readonly #used = new WeakMap<Task, Set<Lease>>();
  /** What is to be freed with the next message to each worker. */
  readonly #toFree = new Map<Worker, Map<number, Lease | undefined>>();
  readonly #unreachable = new FinalizationRegistry<Lease>((lease) => this.#free(lease));

  constructor(dispatcher: Dispatcher, pool: ResidentsPool) {
    this.#dispatcher = dispatcher;
    this.#pool = pool;
    this.#owner = {
      operate: (lease, label, target, args, options) => {
        const keep = checkCallOptions(options).keep ?? "unsendable";
        return pool.submit(label, args, { ...options, keep }, { lease, target });
      },
      stream: (lease, label, target, args, options) => pool.stream(label, args, options, { lease, target }),
      free: (lease) => {
        this.#free(lease);
        return lease.ended;
      },
    };
  }

  /** Objects that are kept, in one worker or in all. */
  count(worker?: Worker): number {
    if (worker !== undefined) return this.#leases.get(worker)?.size ?? 0;
    let count = 0;
    for (const leases of this.#leases.values()) count += leases.size;
    return count;
  }

  /** Has the result of a task kept in its worker. */
  keep(task: Task, keep: NonNullable<CallOptions["keep"]>): void {
    if (keep === false) return;
    const when = typeof keep === "object" ? keep.when : keep === true ? "always" : keep;
    const members = keep instanceof Keep ? keep.members : undefined;
    // The number is chosen here, so that what was kept for a call that failed in the end can be given back.
    const number = ++lastNumber;
    task.args = [...task.args, number];
    task.target = `${TARGETS[when]}${task.target ?? task.name}`;
    task.convert = (value) => (value instanceof Reference ? this.#adopt(task, value, members) : value);
    // Spread over the workers, while other calls go to those that are warm.
    if (when === "always")
      task.binding ??= { key: "", mode: "hint", worker: undefined, isLost: false, isReleased: true };
    task.onEnd(() => {
      const worker = task.slot?.worker;
      if (task.state === "rejected" && worker !== undefined) this.#giveBack(worker, number, undefined);
    });
  }

  /** Makes a task a call on an object. */
  direct(task: Task, { lease, target }: Operation): void {
    task.target = target;
    task.args = [...task.args, lease.number];
    if (lease.isAlive) this.use(task, lease);
  }

  /** A call on an object, or with it: it stays until the call has ended. */
  use(task: Task, lease: Lease): void {
    let used = this.#used.get(task);
    if (used === undefined) {
      used = new Set();
      this.#used.set(task, used);
      const all = used;
      task.onEnd(() => {
        for (const each of all) this.#unused(each);
      });
    }
    if (used.has(lease)) return;
    used.add(lease);
    lease.uses++;
  }

  /** Where a call with these arguments has to run, as far as can be seen without looking into them. */
  homeOf(args: readonly unknown[]): Lease | undefined {
    for (const arg of args) {
      const core = typeof arg === "function" ? coreOf(arg) : undefined;
      if (core !== undefined && core.owner === this.#owner) return core.lease;
    }
    return undefined;
  }

  /**
   * How a resident travels as an argument; undefined for other functions.
   *
   * @throws ResidentGone; NotSendable for one of another pool, or where the task cannot go to its worker
   */
  formOf(task: Task, value: object, channel: TaskChannel): FunctionForm | undefined {
    const core = coreOf(value);
    if (core === undefined) return undefined;
    const { lease, owner } = core;
    if (owner !== this.#owner) {
      throw new NotSendable(
        "arguments",
        `resident ${lease.number} (${lease.type}) belongs to another pool, whose workers share nothing with this one's`,
      );
    }
    const { failure } = lease;
    if (failure !== undefined) throw failure;
    if (!lease.worker.channels.includes(channel)) throw new Misplaced(lease, task.binding?.worker?.pid);
    this.use(task, lease);
    return ["ref", lease.number];
  }

  /** The worker is gone, and what it kept. */
  exited(worker: Worker, exit: WorkerExit): void {
    for (const lease of this.#leases.get(worker) ?? []) {
      lease.exit = exit;
      lease.end();
    }
    this.#leases.delete(worker);
  }

  #adopt(task: Task, { number, type }: Reference, members: ResidentMembersOf | undefined): unknown {
    const worker = task.slot?.worker;
    if (worker === undefined) return undefined; // only a task that was sent has a result
    const lease = new Lease(number, type, worker);
    const leases = this.#leases.get(worker);
    if (leases === undefined) this.#leases.set(worker, new Set([lease]));
    else leases.add(lease);
    this.#dispatcher.hold(lease.binding);
    const core: ResidentCore = { lease, owner: this.#owner };
    this.#unreachable.register(core, lease);
    return makeResident(core, members);
  }

  #free(lease: Lease): void {
    if (lease.isFreed || lease.exit !== undefined) return;
    lease.isFreed = true;
    if (lease.uses === 0) this.#giveBack(lease.worker, lease.number, lease);
  }

  #unused(lease: Lease): void {
    lease.uses--;
    if (lease.uses === 0 && lease.isFreed) this.#giveBack(lease.worker, lease.number, lease);
  }

  /** Tells a worker, with all that is freed in the same tick, that it may drop an object. */
  #giveBack(worker: Worker, number: number, lease: Lease | undefined): void {
    if (lease !== undefined) {
      const leases = this.#leases.get(worker);
      leases?.delete(lease);
      if (leases?.size === 0) this.#leases.delete(worker);
      this.#dispatcher.release(lease.binding);
    }
    const waiting = this.#toFree.get(worker);
    if (waiting !== undefined) {
      waiting.set(number, lease);
      return;
    }
    this.#toFree.set(worker, new Map([[number, lease]]));
    this.#pool.begun();
    setImmediate(() => this.#send(worker));
  }

  #send(worker: Worker): void {
    const freed = this.#toFree.get(worker) ?? new Map<number, Lease | undefined>();
    this.#toFree.delete(worker);
    let open = 1;
    const ended = () => {
      if (--open > 0) return;
      for (const lease of freed.values()) lease?.end();
      this.#pool.ended();
    };
    const task = this.#freeing([...freed.keys()], () => {
      // Without the GIL only the thread that made an object can finish dropping it, when it next runs Python code
      // (biased reference counting, PEP 703): threads with nothing to do are given a moment of it.
      for (const slot of this.#dispatcher.idleOf(worker)) {
        open++;
        this.#dispatcher.sendPart(this.#freeing([], ended), slot);
      }
      ended();
    });
    task.binding = { key: FREE, mode: "strict", worker, isLost: false, isReleased: true };
    this.#dispatcher.push(task);
  }

  #freeing(numbers: readonly number[], ended: () => void): Task {
    const task = new Task(FREE, [numbers], undefined, Number.MAX_SAFE_INTEGER, 1, (_, wasQueued) => {
      if (wasQueued) task.waitsIn?.settled();
      else this.#dispatcher.ended(task);
      ended();
    });
    task.isPart = numbers.length === 0;
    return task;
  }
}
