/** Replaces workers that have lived long enough. */
import type { Worker } from "../worker/index.js";
import type { Dispatcher } from "./dispatcher.js";
import type { RecycleOptions } from "./options.js";
import { residentBytes } from "./stats.js";

/** How often ages and memory are looked at (milliseconds). */
const LOOK_EVERY_MS = 500;

export class Recycler {
  readonly #timer: NodeJS.Timeout;

  /** @param replace called once a worker, with the limit it has reached */
  constructor(
    limits: RecycleOptions,
    dispatcher: Dispatcher,
    isHeld: (worker: Worker) => boolean,
    replace: (worker: Worker, reason: string) => void,
  ) {
    this.#timer = setInterval(() => {
      for (const worker of new Set(
        dispatcher.slots.filter(({ isOpen }) => isOpen).map(({ worker }) => worker),
      )) {
        const reason = limitReached(worker, limits, dispatcher.endedOn(worker));
        if (reason !== undefined && !isHeld(worker)) replace(worker, reason);
      }
    }, LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function limitReached(worker: Worker, limits: RecycleOptions, tasks: number): string | undefined {
  const age = performance.now() - worker.startedAt;
  if (limits.tasks !== undefined && tasks >= limits.tasks) return `${tasks} tasks`;
  if (limits.age !== undefined && age >= limits.age) return `${Math.round(age)} ms old`;
  if (limits.rss === undefined) return undefined;
  const rss = residentBytes(worker.pid);
  return rss !== undefined && rss >= limits.rss ? `${rss} bytes resident` : undefined;
}
