/** Numbers about a pool and its workers. */
import { readFileSync } from "node:fs";
import type { Worker } from "../worker/index.js";

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
  readonly workers: readonly WorkerStats[];
}

export function workerStats(worker: Worker): WorkerStats {
  return {
    worker: worker.number,
    pid: worker.pid,
    threads: worker.channels.length,
    inFlight: worker.inFlight,
    age: performance.now() - worker.startedAt,
    rss: residentBytes(worker.pid),
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
