/** What a worker says about the time of its threads, checked before anything relies on it. Sums since its start. */

export interface FunctionTimes {
  /** Tasks that were long enough to be measured. */
  readonly tasks: number;
  /** Seconds of those tasks: in all, on a processor, and ready to run without one. */
  readonly wall: number;
  readonly cpu: number;
  readonly runQueue: number;
}

export interface SenseReport {
  /** Seconds of the machine's monotonic clock. */
  readonly at: number;
  /** Processor seconds of the process. */
  readonly cpu: number;
  /** Whether the system tells how long threads wait for a processor. */
  readonly hasRunQueue: boolean;
  readonly functions: ReadonlyMap<string, FunctionTimes>;
  /** The system's ids of the threads, by the number of their channel. */
  readonly threads: ReadonlyMap<number, number>;
  /** Garbage collections, and the seconds they took. */
  readonly collections: number;
  readonly collecting: number;
  /** Page faults, and switches away from a thread: because it waited, and because another had its turn. */
  readonly faults: number;
  readonly waits: number;
  readonly preemptions: number;
}

/** Undefined when the answer is no report: the worker is gone, or senses nothing. */
export function parseSenseReport(answer: unknown): SenseReport | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const fields = answer as Record<string, unknown>;
  if (typeof fields.at !== "number" || typeof fields.cpu !== "number") return undefined;
  const functions = new Map<string, FunctionTimes>();
  for (const [name, sums] of entries(fields.functions)) {
    if (!isNumbers(sums)) continue;
    const [tasks = 0, wall = 0, cpu = 0, runQueue = 0] = sums;
    functions.set(name, { tasks, wall, cpu, runQueue });
  }
  const threads = new Map<number, number>();
  for (const pair of Array.isArray(fields.threads) ? fields.threads : []) {
    if (isNumbers(pair) && pair.length === 2) threads.set(pair[0] as number, pair[1] as number);
  }
  const count = (name: string) => (typeof fields[name] === "number" ? fields[name] : 0);
  return {
    at: fields.at,
    cpu: fields.cpu,
    hasRunQueue: fields.hasRunQueue === true,
    functions,
    threads,
    collections: count("collections"),
    collecting: count("collecting"),
    faults: count("faults"),
    waits: count("waits"),
    preemptions: count("preemptions"),
  };
}

function entries(value: unknown): [string, unknown][] {
  if (value instanceof Map) return [...value].map(([key, entry]) => [String(key), entry]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}
