import type { NogilError } from "../errors.js";
import type { TaskChannel, Worker } from "../worker/index.js";

/** Threads that hold a permit of one function (permits.ts). */
export interface PermitHolders {
  used: number;
  /** What they were seen doing, and how often. */
  readonly states: { running: number; lock: number; waiting: number };
}

/** A stream whose generator a thread has. */
export interface OpenStream {
  readonly functionName: string;
  /** Resolves when Python has nothing of it any more. */
  readonly ended: Promise<void>;
  /** The thread is gone. */
  lost(error: NogilError): void;
}

/** One thread of one worker, or its event loop, as the dispatcher sees it. */
export class Slot {
  /** Seconds of estimated work sent and not ended. */
  backlog = 0;
  /** Holds its first task for longer than expected. */
  isStalled = false;
  /** Stands in the dispatcher's list of those with nothing to do. */
  isIdle = false;
  /** Still gets tasks. */
  isOpen = true;
  /** Tasks ended; tells two looks apart. */
  ended = 0;
  endedAtLastLook = -1;
  /** The function whose permit it holds, in a pool that has permits. */
  gate: PermitHolders | undefined;
  readonly streams = new Set<OpenStream>();

  constructor(
    readonly worker: Worker,
    readonly channel: TaskChannel,
  ) {}

  /** Not a thread but the event loop: runs many tasks at once. */
  get isLoop(): boolean {
    return this.channel === this.worker.loop;
  }
}
