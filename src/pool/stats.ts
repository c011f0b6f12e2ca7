/** Numbers about a pool and its workers. */
import { readFileSync } from "node:fs";
import type { Shares } from "../concurrency/index.js";
import type { Worker } from "../worker/index.js";
import type { Permits } from "./permits.js";

export interface WorkerStats {
  /** Counts the workers of this host process, from 1. */
  readonly worker: number;
  readonly pid: number | undefined;
  readonly threads: number;
  /** Calls sent and not ended. */
  readonly inFlight: number;
  /** Milliseconds since its start. */
  readonly age: number;
  /** Resident memory in bytes; undefined where the system does not tell. */
  readonly rss: number | undefined;
  /** Objects that stay in it because there are references to them. */
  readonly residents: number;
}

/** How many tasks of one function run at once, and what that was found by. */
export interface FunctionConcurrency {
  readonly limit: number;
  /** Threads (or processes) that run it. */
  readonly running: number;
  readonly waiting: number;
  /** `search`: the best limit is looked for; `hold`: it is kept, and its neighbours are tried now and then. */
  readonly phase: "search" | "hold" | "fixed";
  /** The smallest limit within 2 % of the best; undefined until it was found. */
  readonly knee: number | undefined;
  /** What threads do with their time; undefined where the system does not tell. */
  readonly shares: Shares | undefined;
  /** Waiting for I/O as a share of I/O and computing: 1 - cpu / wall without waits for processors and locks. */
  readonly betaIo: number | undefined;
  /** Processor time used, as a share of the processors that may be used. */
  readonly use: number | undefined;
  /** What forbids a higher limit now, in words. */
  readonly vetoes: readonly string[];
  /** `clocks`: the system has no /proc, so the controller goes by throughput and clocks alone. */
  readonly sensing: "full" | "clocks" | "off";
}

export interface PoolStats {
  readonly profile: "thread" | "process";
  readonly profileReason: string;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /** Tasks sent to a thread and not ended. */
  readonly running: number;
  readonly fulfilled: number;
  readonly rejected: number;
  /** Objects that stay in workers because there are references to them. */
  readonly residents: number;
  readonly workers: readonly WorkerStats[];
  /** What `pool.share` keeps. */
  readonly shared: { readonly arrays: number; readonly bytes: number };
  /** By function; only with the option `concurrency`. */
  readonly concurrency?: Readonly<Record<string, FunctionConcurrency>>;
}

/** Limits that somebody has set. */
export function fixedConcurrency(permits: Permits): Record<string, FunctionConcurrency> {
  const all: Record<string, FunctionConcurrency> = {};
  for (const { name, limit, used, queue } of permits.gates) {
    all[name] = {
      limit,
      running: used,
      waiting: queue.size,
      phase: "fixed",
      knee: undefined,
      shares: undefined,
      betaIo: undefined,
      use: undefined,
      vetoes: [],
      sensing: "off",
    };
  }
  return all;
}

export function workerStats(worker: Worker, residents: number): WorkerStats {
  return {
    worker: worker.number,
    pid: worker.pid,
    threads: worker.threads,
    inFlight: worker.inFlight,
    age: performance.now() - worker.startedAt,
    rss: residentBytes(worker.pid),
    residents,
  };
}

/** VmRSS of a process, where there is /proc. */
export function residentBytes(pid: number | undefined): number | undefined {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? undefined : Number(match[1]) * 1024;
  } catch {
    return undefined;
  }
}
