/** Windows of measurement, as the runner reports them, and how several of one number of threads become a point. */
import type { ProfilePoint } from "./report.js";

/** What `python/nogil/_profile_window.py` says of one window. Seconds, unless a name says otherwise. */
export interface RawWindow {
  readonly calls: number;
  readonly latencies: readonly number[];
  readonly attempts: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly errorText: string;
  readonly threadWall: number;
  readonly threadCpu: number;
  readonly threadQueue: number | null;
  readonly window: {
    readonly at: number;
    readonly user: number;
    readonly system: number;
    readonly faults: number | null;
    readonly voluntary: number | null;
    readonly involuntary: number | null;
    /** Clock ticks all cores were busy, and in all. */
    readonly machine: readonly [number, number] | null;
  };
  readonly gcSeconds: number;
  readonly gcCount: number;
  readonly batch: number;
  /** Stacks as faulthandler writes them, and the system call each thread was in, by its identifier there. */
  readonly stacks: readonly { readonly text: string; readonly waiting: Readonly<Record<string, string>> }[];
  readonly idents: readonly string[];
  readonly gilEnabled: boolean;
}

/** What the threads were seen doing from outside, in numbers of samples. */
export interface Samples {
  /** On a core, or ready for one. */
  readonly running: number;
  /** In the system call that waits for a lock. */
  readonly lock: number;
  /** In any other system call. */
  readonly other: number;
}

/** One window, complete. */
export interface Window extends RawWindow {
  readonly threads: number;
  readonly samples: Samples;
  /** CPU seconds the profiler itself used meanwhile. */
  readonly ownCpu: number;
  /** The machine or this process stood still for a while, so that the figures mean nothing. */
  readonly interrupted: boolean;
}

/** Fewer calls have no 99th percentile. */
const CALLS_FOR_P99 = 100;
/** With fewer samples of waiting threads the kind of waiting is not known. */
const FEWEST_SAMPLES = 3;

/** CPU that others used, of the whole machine, from 0 to 1; null where the system does not tell. */
export function foreignCpu({ window, ownCpu }: Window): number | null {
  const [busy, total] = window.machine ?? [0, 0];
  if (total <= 0) return null;
  const seconds = window.at;
  const cores = total / (seconds * TICKS_PER_SECOND);
  const own = (window.user + window.system + ownCpu) / (seconds * cores);
  return Math.min(1, Math.max(0, busy / total - own));
}

/** Linux reports ticks of 10 ms to user space whatever the kernel's own are (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** One point of the curve. @param cores CPUs the process may use */
export function pointOf(windows: readonly Window[], cores: number): ProfilePoint {
  const first = windows[0];
  if (first === undefined) throw new RangeError("a point needs at least one window");
  const throughputs = windows.map(({ calls, window }) => calls / window.at).sort(ascending);
  const throughput = middle(throughputs);
  const latencies = windows.flatMap((window) => window.latencies).sort(ascending);
  const total = (read: (window: Window) => number) => windows.reduce((sum, one) => sum + read(one), 0);
  const totalOrNull = (read: (window: Window) => number | null) =>
    windows.some((one) => read(one) === null) ? null : total((one) => read(one) ?? 0);
  const calls = total((one) => one.calls);
  const perCall = (value: number | null) => (value === null ? null : value / Math.max(calls, 1e-9));
  const wall = Math.max(
    total((one) => one.threadWall),
    1e-9,
  );
  const user = total(({ window }) => window.user);
  const system = total(({ window }) => window.system);
  const seconds = total(({ window }) => window.at);
  const queue = totalOrNull((one) => one.threadQueue);
  const cpu = clamp(total((one) => one.threadCpu) / wall);
  const runq = queue === null ? null : Math.min(clamp(queue / wall), 1 - cpu);
  return {
    threads: first.threads,
    throughput,
    p50Ms: 1000 * quantile(latencies, 0.5),
    p99Ms: latencies.length < CALLS_FOR_P99 ? null : 1000 * quantile(latencies, 0.99),
    cpu,
    runq,
    ...waiting(windows, runq === null ? null : Math.max(0, 1 - cpu - runq)),
    cpuPerTask: (1000 * (user + system)) / Math.max(calls, 1e-9),
    involuntarySwitches: perCall(totalOrNull(({ window }) => window.involuntary)),
    voluntarySwitches: perCall(totalOrNull(({ window }) => window.voluntary)),
    systemShare: user + system > 0 ? system / (user + system) : 0,
    faults: perCall(totalOrNull(({ window }) => window.faults)),
    gcShare: clamp(total((one) => one.gcSeconds) / seconds),
    use: (user + system) / (seconds * cores),
    errorShare:
      total((one) => one.errors) /
      Math.max(
        1,
        total((one) => one.attempts),
      ),
    spread: throughput > 0 ? (throughputs.at(-1)! - throughputs[0]!) / 2 / throughput : 0,
  };
}

/** Splits the time in which threads slept by what they were seen waiting for. */
function waiting(
  windows: readonly Window[],
  blocked: number | null,
): { readonly lock: number | null; readonly io: number | null } {
  const lock = windows.reduce((sum, { samples }) => sum + samples.lock, 0);
  const other = windows.reduce((sum, { samples }) => sum + samples.other, 0);
  if (blocked === null) return { lock: null, io: null };
  // Threads that hardly ever sleep are hardly ever seen asleep: then it does not matter what for.
  if (lock + other < FEWEST_SAMPLES)
    return blocked < 0.1 ? { lock: 0, io: blocked } : { lock: null, io: null };
  return { lock: (blocked * lock) / (lock + other), io: (blocked * other) / (lock + other) };
}

/** The value below which the part `q` of the sorted values lies. */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

function middle(sorted: readonly number[]): number {
  return quantile(sorted, 0.5);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function ascending(left: number, right: number): number {
  return left - right;
}
