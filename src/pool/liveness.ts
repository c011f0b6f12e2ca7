/**
 * Notices a worker whose control channel does not answer, from outside and without touching it: a C loop that holds
 * the GIL, a stopped process, a machine that swaps. It reports and never kills: deadlines do that. A host that was
 * itself late does not judge.
 */
import { readFileSync } from "node:fs";
import type { Worker } from "../worker/index.js";

const LOOK_EVERY_MS = 1_000;
/** A look that comes this late says that the host was blocked, not the worker. */
const HOST_LATE_MS = 500;
export const UNRESPONSIVE_AFTER_MS = 5_000;

/** What the system says a process does. */
export type ProcessState = "running" | "sleeping" | "stopped" | "unknown";

export interface LivenessListener {
  unresponsive(worker: Worker, milliseconds: number, state: ProcessState): void;
  responsive(worker: Worker): void;
}

export class Liveness {
  readonly #timer: NodeJS.Timeout;
  readonly #asked = new Map<Worker, number>();
  readonly #silent = new Set<Worker>();
  #lastLook = performance.now();

  constructor(workers: () => readonly Worker[], listener: LivenessListener) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const isLate = now - this.#lastLook > LOOK_EVERY_MS + HOST_LATE_MS;
      this.#lastLook = now;
      // Answers may lie unread: begin to count anew.
      if (isLate) for (const worker of this.#asked.keys()) this.#asked.set(worker, now);
      else for (const worker of workers()) this.#look(worker, now, listener);
    }, LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(worker: Worker, now: number, listener: LivenessListener): void {
    const since = this.#asked.get(worker);
    if (since === undefined) {
      this.#asked.set(worker, now);
      worker.ping().then(() => {
        this.#asked.delete(worker);
        if (this.#silent.delete(worker) && worker.state === "ready") listener.responsive(worker);
      });
    } else if (now - since >= UNRESPONSIVE_AFTER_MS && !this.#silent.has(worker)) {
      this.#silent.add(worker);
      listener.unresponsive(worker, now - since, processState(worker.pid));
    }
  }
}

function processState(pid: number | undefined): ProcessState {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const letter = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return letter === "R" ? "running" : letter === "T" || letter === "t" ? "stopped" : "sleeping";
  } catch {
    return "unknown";
  }
}
