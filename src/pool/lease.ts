/**
 * One reference to an object that stays in a worker.
 *
 *   held ──► freed: by its user, or nobody here can reach it any more
 *     └────► lost: its worker takes no more tasks
 */
import { type NogilError, NotSendable, ResidentGone, type WorkerExit } from "../errors.js";
import type { Worker } from "../worker/index.js";
import type { Binding } from "./binding.js";

export class Lease {
  /** The object's number in the worker; no two references of this process have the same. */
  readonly number: number;
  /** The object's class, with the module. */
  readonly type: string;
  readonly worker: Worker;
  /** Ties the calls on the object to its worker, and keeps that from being recycled. */
  readonly binding: Binding;
  isFreed = false;
  /** How the worker ended, once it has. */
  exit: WorkerExit | undefined;
  /** Calls under way that need the object. */
  uses = 0;
  /** Resolves when the worker has let go of the object, or is gone itself. */
  readonly ended: Promise<void>;
  readonly end: () => void;

  constructor(number: number, type: string, worker: Worker) {
    this.number = number;
    this.type = type;
    this.worker = worker;
    let end = () => {};
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.end = end;
    this.binding = {
      key: String(number),
      mode: "strict",
      worker,
      isLost: false,
      isReleased: false,
      whyLost: () => this.failure ?? this.#lost(),
    };
  }

  get pid(): number | undefined {
    return this.worker.pid;
  }

  get isAlive(): boolean {
    return this.failure === undefined;
  }

  /** Why it cannot be used any more; undefined while it can. */
  get failure(): NogilError | undefined {
    if (this.isFreed) return new ResidentGone("freed", this.number, this.type, this.pid);
    return this.binding.isLost || this.exit !== undefined ? this.#lost() : undefined;
  }

  #lost(): ResidentGone {
    return new ResidentGone("worker-gone", this.number, this.type, this.pid, this.exit);
  }
}

/** A call met a reference to an object in another worker: it is to go there, unless something else ties it down. */
export class Misplaced extends NotSendable {
  constructor(
    lease: Lease,
    readonly pid: number | undefined,
    readonly binding: Binding = lease.binding,
  ) {
    super(
      "arguments",
      `resident ${lease.number} (${lease.type}) lives in worker ${lease.pid}, while this call is tied to worker ${pid} ` +
        "by another reference or a strict session; create what meets in one call in one worker: " +
        "pool.session(key).create(…)",
    );
  }
}
