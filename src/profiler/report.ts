/** What a profile says. `nogil profile --json` prints it as it is; docs/profiler.md documents it. */

/** One number of threads. Shares are parts of the threads' time, from 0 to 1; null where the system does not tell. */
export interface ProfilePoint {
  readonly threads: number;
  /** Calls a second, all threads together; the median of the passes. */
  readonly throughput: number;
  /** Half of the calls took no longer, milliseconds. */
  readonly p50Ms: number;
  /** 99 % of the calls took no longer, milliseconds; null with fewer than 100 calls. */
  readonly p99Ms: number | null;
  /** Computing on a core. */
  readonly cpu: number;
  /** Ready to compute, without a core. */
  readonly runq: number | null;
  /** Waiting for a lock, the GIL included. */
  readonly lock: number | null;
  /** Waiting for anything else: sleep, disk, network, another process. */
  readonly io: number | null;
  /** CPU milliseconds of the process, children it waited for included, for each call. */
  readonly cpuPerTask: number;
  /** Cores taken away or given up by yielding, a call. */
  readonly involuntarySwitches: number | null;
  /** Goings to sleep, a call. */
  readonly voluntarySwitches: number | null;
  /** Part of the CPU time that was spent in the kernel. */
  readonly systemShare: number;
  /** Page faults a call. */
  readonly faults: number | null;
  /** Part of the time in which a garbage collection was under way. */
  readonly gcShare: number;
  /** CPU the process used, of all that it may use, from 0 to 1. */
  readonly use: number;
  /** Calls that raised, of all calls, from 0 to 1. */
  readonly errorShare: number;
  /** How far the passes differ: the half range of their throughputs, relative to the median. */
  readonly spread: number;
}

/** Universal scalability law: X(N) = λN / (1 + σ(N−1) + κN(N−1)) (Gunther, 2007). */
export interface UslFit {
  /** Throughput of one thread as fitted. */
  readonly lambda: number;
  /** Contention: the part that cannot run in parallel. */
  readonly sigma: number;
  /** Coherency: the cost of keeping threads in step, which makes throughput fall. */
  readonly kappa: number;
  /** Where throughput is greatest; null when it only ever grows. */
  readonly peak: number | null;
}

export const CAUSES = [
  "none",
  "gil",
  "oversubscription",
  "shared-object",
  "lock-convoy",
  "long-lock",
  "io",
  "gc",
  "memory",
  "downstream",
] as const;

/** What keeps more threads from doing more. */
export type CauseId = (typeof CAUSES)[number];

export interface Cause {
  readonly id: CauseId;
  /** Sentences with the figures that led to it. */
  readonly evidence: readonly string[];
}

/** A place in the code where threads were seen, the user's own where there is one on the stack. */
export interface WaitingLine {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  /** Part of the samples. */
  readonly share: number;
}

/** The same number of threads, or of processes with one thread each. Calls a second; null when it was not measured. */
export interface Comparison {
  readonly threads: number;
  readonly threadsNoGil: number | null;
  readonly threadsGil: number | null;
  readonly processes: number | null;
  /** Why a figure is missing. */
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  /** Cores that may be used; a fraction where a container's limit is one. */
  readonly cores: number;
  readonly system: string;
  readonly python: string;
  readonly freeThreadedBuild: boolean;
}

export interface ProfileReport {
  readonly target: string;
  /** ISO date and time. */
  readonly date: string;
  readonly machine: Machine;
  /** Whether the GIL was on while it was measured. */
  readonly gilEnabled: boolean;
  readonly points: readonly ProfilePoint[];
  /** The smallest number of threads within 2 % of the best throughput, or within the noise where that is more. */
  readonly knee: number | null;
  /** The first number of threads above the best where throughput is 20 % or more below it. */
  readonly cliff: number | null;
  /** Null with fewer than three points. */
  readonly usl: UslFit | null;
  /** Null when it was not judged. */
  readonly cause: Cause | null;
  /** Why no cause is named. */
  readonly unjudged: string | null;
  /** What to do, in sentences. */
  readonly advice: readonly string[];
  /** Where threads waited, or worked most, the most frequent first. */
  readonly lines: readonly WaitingLine[];
  readonly comparison: Comparison | null;
  /** CPU that other processes used, of the whole machine, from 0 to 1; null where the system does not tell. */
  readonly foreignCpu: number | null;
  /** What else to know: calls that raised, batches, a sweep that ended early. */
  readonly notes: readonly string[];
}
