/** How many workers and threads a pool has: what the options ask for, and what the machine has. */
import type { ResolvedOptions } from "./options.js";

/** Processes that the controller starts at most: each takes memory and time to start, unlike a thread. */
const PROCESSES_PER_CORE = 8;

export interface Sizing {
  /** Python processes, at first. */
  readonly workers: number;
  /** Threads that every worker begins with, and may come to have. */
  readonly threadsAtStart: number;
  readonly threads: number;
  /** Tasks that may come to run at once. */
  readonly mostAtOnce: number;
}

/** @param cores whole processors that may be used */
export function sizing(options: ResolvedOptions, profile: "thread" | "process", cores: number): Sizing {
  const { concurrency, maxThreads } = options;
  // A core each; more where a fixed number of tasks is to run at once.
  const atStart = typeof concurrency === "number" ? Math.max(cores, concurrency) : cores;
  if (profile === "process") {
    const workers = options.workers === "auto" ? atStart : options.workers;
    const most = Math.max(workers, Math.min(maxThreads, PROCESSES_PER_CORE * cores));
    const mayGrow = concurrency === "auto" && options.workers === "auto";
    return { workers, threadsAtStart: 1, threads: 1, mostAtOnce: mayGrow ? most : workers };
  }
  const workers = options.workers === "auto" ? 1 : options.workers;
  const threadsAtStart = options.threads === "auto" ? atStart : options.threads;
  const mayGrow = concurrency === "auto" && options.threads === "auto";
  const threads = mayGrow ? Math.max(1, Math.ceil(maxThreads / workers)) : threadsAtStart;
  return {
    workers,
    threadsAtStart: Math.min(threadsAtStart, threads),
    threads,
    mostAtOnce: threads * workers,
  };
}
