/** What is known about a stretch of time in which one function ran with one limit. */

/** What the threads that ran the function did with their time; the four add up to 1. */
export interface Shares {
  /** On a processor. */
  readonly cpu: number;
  /** Ready to run, and no processor was free. */
  readonly runq: number;
  /** Waiting for another thread: a lock, a semaphore, the GIL. */
  readonly lock: number;
  /** Waiting for anything else. */
  readonly io: number;
}

export interface Sample {
  readonly seconds: number;
  /** Tasks that ended. */
  readonly completions: number;
  /** Mean time of a task (seconds); 0 when none ended. */
  readonly latency: number;
  /** Processor time used, as a share of the processors that may be used. */
  readonly use: number;
  /** Undefined where the system does not tell (no /proc): then throughput and clocks decide alone. */
  readonly shares: Shares | undefined;
  /** Processor seconds of a task; undefined where they are too small to be measured. */
  readonly cpuPerTask: number | undefined;
  /** Share of the tasks that failed because what they called was overloaded: 429 answers, time-outs. */
  readonly troubled: number;
  /** Memory has reached its limit. */
  readonly isMemoryFull: boolean;
}

/** Tasks a second. */
export function throughput({ completions, seconds }: Sample): number {
  return seconds > 0 ? completions / seconds : 0;
}

/**
 * The blocking ratio, without what only looks like waiting: for a processor or for another thread. The published ratio
 * 1 - cpu / wall counts both, which makes eight threads of pure computation on two processors look like 75 % of I/O.
 */
export function betaIo({ io, cpu }: Shares): number {
  return io + cpu > 0 ? io / (io + cpu) : 0;
}

/** Two stretches as one. */
export function merge(first: Sample, second: Sample): Sample {
  const seconds = first.seconds + second.seconds;
  const completions = first.completions + second.completions;
  const overTime = (a: number, b: number) =>
    seconds > 0 ? (a * first.seconds + b * second.seconds) / seconds : 0;
  const overTasks = (a: number, b: number) =>
    completions > 0 ? (a * first.completions + b * second.completions) / completions : 0;
  return {
    seconds,
    completions,
    latency: overTasks(first.latency, second.latency),
    use: overTime(first.use, second.use),
    shares: mergeShares(first.shares, second.shares, overTime),
    cpuPerTask: eitherOr(first.cpuPerTask, second.cpuPerTask, overTasks),
    troubled: overTasks(first.troubled, second.troubled),
    isMemoryFull: second.isMemoryFull,
  };
}

function mergeShares(
  first: Shares | undefined,
  second: Shares | undefined,
  over: (a: number, b: number) => number,
): Shares | undefined {
  if (first === undefined || second === undefined) return second ?? first;
  return {
    cpu: over(first.cpu, second.cpu),
    runq: over(first.runq, second.runq),
    lock: over(first.lock, second.lock),
    io: over(first.io, second.io),
  };
}

function eitherOr(
  first: number | undefined,
  second: number | undefined,
  over: (a: number, b: number) => number,
): number | undefined {
  return first === undefined || second === undefined ? (second ?? first) : over(first, second);
}
