/**
 * Names what keeps more threads from doing more. A pure function of the measured points.
 *
 * Throughput alone cannot tell causes apart: waiting for the GIL, for a lock, for a core and for a disk all look like
 * "more threads do not help". Each cause has its own pattern of CPU per call, time in the run queue, waiting for locks,
 * switches, kernel time, page faults and collections. `CAUSE_TABLE` holds the patterns in the order in which they are
 * tried: one that another would also fit (a convoy looks like a shared object) stands before it.
 */
import type { Cause, CauseId, Comparison, ProfilePoint } from "./report.js";

export interface DiagnoseInput {
  /** With different numbers of threads, ascending, 1 among them. */
  readonly points: readonly ProfilePoint[];
  /** Cores that may be used. */
  readonly cores: number;
  readonly gilEnabled: boolean;
  readonly knee: number;
  readonly comparison?: Comparison | null;
}

/** The figures that the patterns are made of. */
interface Signals extends DiagnoseInput {
  readonly one: ProfilePoint;
  /** Two threads, where two cores can run them. */
  readonly two: ProfilePoint | undefined;
  /** Well past the knee, where what limits is plain to see. */
  readonly loaded: ProfilePoint;
  readonly best: ProfilePoint;
  /** The number of threads from which on no free core is left for another. */
  readonly atCores: ProfilePoint;
  /** CPU per call at two threads and under load, relative to one thread. */
  readonly growthOfTwo: number;
  readonly growth: number;
  readonly busyCores: number;
  readonly lock: number;
  readonly io: number;
}

interface Pattern {
  readonly id: CauseId;
  readonly fits: (signals: Signals) => boolean;
  readonly evidence: (signals: Signals) => readonly string[];
}

/** How far past the knee, and past the cores, "under load" is. */
const LOAD_OVER_KNEE = 4;
const LOAD_OVER_CORES = 8;
const FULL = 0.85;
/** Two threads on one physical core get at worst half of it each. */
const MOST_BY_HARDWARE = 2;

const CAUSE_TABLE: readonly Pattern[] = [
  {
    id: "gil",
    // All threads together use one core, and the others wait in the kernel for the lock that is the GIL.
    fits: ({ gilEnabled, cores, busyCores, loaded, lock }) =>
      gilEnabled && cores > 1 && busyCores > 0.7 && busyCores < 1.35 && (loaded.lock === null || lock > 0.2),
    evidence: ({ loaded, busyCores, cores }) => [
      "the GIL is on",
      `${count(loaded)} use ${busyCores.toFixed(2)} of ${cores} cores`,
      `they wait for a lock ${percent(loaded.lock)} of the time`,
    ],
  },
  {
    id: "lock-convoy",
    // Threads that spin for a lock and yield (involuntary switches), or are put to sleep and woken for each turn.
    fits: ({ loaded, growth, lock }) =>
      loaded.use > 0.4 &&
      growth > 1.25 &&
      ((perCpuMs(loaded.involuntarySwitches, loaded) > 50 && loaded.systemShare > 0.1) ||
        (perCpuMs(loaded.voluntarySwitches, loaded) > 3 && lock > 0.02)),
    evidence: ({ loaded, one, growth }) => [
      `a call costs ${growth.toFixed(1)} times the CPU of one thread (${ms(one.cpuPerTask)} to ${ms(loaded.cpuPerTask)})`,
      `${switches(loaded.involuntarySwitches)} involuntary and ${switches(loaded.voluntarySwitches)} voluntary switches a call with ${count(loaded)}, ` +
        `${switches(one.involuntarySwitches)} and ${switches(one.voluntarySwitches)} with one`,
      `${percent(loaded.systemShare)} of the CPU is spent in the kernel`,
    ],
  },
  {
    id: "gc",
    fits: ({ loaded, growth, best, one, atCores }) =>
      loaded.gcShare > 0.05 &&
      loaded.use > 0.4 &&
      (growth > 1.15 || best.throughput < 0.85 * one.throughput * atCores.threads),
    evidence: ({ loaded, one, growth }) => [
      `a garbage collection is under way ${percent(loaded.gcShare)} of the time with ${count(loaded)} (${percent(one.gcShare)} with one)`,
      `a call costs ${growth.toFixed(1)} times the CPU of one thread`,
    ],
  },
  {
    id: "memory",
    fits: (signals) => faultsGrow(signals) || faultsDominate(signals),
    evidence: ({ loaded, one, growth }) => [
      `${switches(loaded.faults)} page faults a call with ${count(loaded)}, ${switches(one.faults)} with one`,
      `a call costs ${growth.toFixed(1)} times the CPU of one thread, ${percent(loaded.systemShare)} of it in the kernel`,
    ],
  },
  {
    id: "downstream",
    // Everything waits for something outside of the process, and waits longer the more is asked of it.
    // (One that merely does not answer more often, such as a disk, is io: more threads do no harm.)
    fits: ({ loaded, one, best, io }) =>
      io > 0.5 &&
      loaded.use < 0.7 &&
      ((loaded.p50Ms > 1.5 * one.p50Ms && loaded.throughput < 0.9 * best.throughput) ||
        loaded.errorShare > one.errorShare + 0.02),
    evidence: ({ loaded, one, io }) => [
      `${percent(io)} of the time is spent waiting for something outside, none of it for a lock or a core`,
      `a call takes ${ms(loaded.p50Ms)} with ${count(loaded)} and ${ms(one.p50Ms)} with one: what is asked answers later the more is asked`,
    ],
  },
  {
    id: "long-lock",
    fits: ({ lock, loaded }) => lock > 0.35 && loaded.use < 0.85,
    evidence: ({ lock, loaded }) => [
      `${count(loaded)} wait for a lock ${percent(lock)} of the time and leave ${percent(1 - loaded.use)} of the cores unused`,
      `a call costs ${ms(loaded.cpuPerTask)} of CPU, so it is the waiting and not the locking that takes time`,
    ],
  },
  {
    id: "shared-object",
    // Cores that fight for one reference count take turns owning its cache line: CPU time that does no work.
    fits: ({ growthOfTwo, growth, two, loaded, comparison }) =>
      loaded.use > 0.4 &&
      (two === undefined ? growth > 1.6 : growthOfTwo > 1.4) &&
      !isOnlyHardware(growthOfTwo, comparison),
    evidence: ({ growthOfTwo, one, two, comparison }) => [
      `a call costs ${growthOfTwo.toFixed(1)} times the CPU as soon as two threads run (${ms(one.cpuPerTask)} to ${ms(two?.cpuPerTask ?? 0)}), without page faults, switches or collections`,
      ...(comparison?.processes != null && comparison.threadsNoGil != null
        ? [
            `${comparison.threads} processes, which share nothing, do ${(comparison.processes / Math.max(comparison.threadsNoGil, 1e-9)).toFixed(1)} times as much as threads`,
          ]
        : []),
    ],
  },
  {
    id: "none",
    // Fewer threads than cores, and each of them does as much as one alone.
    fits: ({ best, one, points, cores }) =>
      points.at(-1) === best && best.threads <= cores && efficiency(best, one) > 0.85,
    evidence: ({ best, one }) => [`${count(best)} do ${times(best, one)} times as much as one`],
  },
  {
    id: "oversubscription",
    fits: ({ loaded, best }) => Math.max(loaded.use, best.use) > FULL,
    evidence: ({ loaded, cores, growth }) => [
      `the ${cores} cores are busy ${percent(Math.min(1, loaded.use))} of the time`,
      loaded.runq === null
        ? `a call costs ${growth.toFixed(1)} times the CPU of one thread`
        : `${count(loaded)} wait for a core ${percent(loaded.runq)} of the time, and a call costs ${growth.toFixed(1)} times the CPU of one thread`,
    ],
  },
  {
    id: "io",
    fits: ({ io }) => io > 0.5,
    evidence: ({ io, loaded, one }) => [
      `threads wait ${percent(io)} of the time for something that is neither a lock nor a core`,
      `${count(loaded)} keep the cores busy ${percent(loaded.use)} of the time`,
      loaded.p50Ms > 1.5 * one.p50Ms
        ? `a call takes ${ms(loaded.p50Ms)} instead of ${ms(one.p50Ms)}: what they wait for takes no more`
        : "a call takes as long as with one thread, so more of them do more",
    ],
  },
  {
    id: "long-lock",
    fits: ({ lock }) => lock > 0.35,
    evidence: ({ lock, loaded }) => [`${count(loaded)} wait for a lock ${percent(lock)} of the time`],
  },
];

/** Null where the points do not hold what is needed: one thread, and at least one more. */
export function diagnose(input: DiagnoseInput): Cause | null {
  const signals = readSignals(input);
  if (signals === undefined) return null;
  const pattern = CAUSE_TABLE.find(({ fits }) => fits(signals));
  if (pattern !== undefined) return { id: pattern.id, evidence: pattern.evidence(signals) };
  const { best, one } = signals;
  return {
    id: "none",
    evidence: [`${count(best)} do ${times(best, one)} times as much as one, and no figure stands out`],
  };
}

function readSignals(input: DiagnoseInput): Signals | undefined {
  const { points, cores, knee } = input;
  const one = points.find(({ threads }) => threads === 1);
  if (one === undefined || points.length < 2) return undefined;
  const best = points.reduce((most, point) => (point.throughput > most.throughput ? point : most));
  // Where the cores are full, the best is a matter of luck among all that have as many threads or more.
  const kneeCounts = best.use < FULL ? LOAD_OVER_KNEE * knee : 0;
  const limit = Math.max(LOAD_OVER_CORES * cores, kneeCounts);
  const loaded = points.findLast(({ threads }) => threads <= limit) ?? one;
  const two = cores >= 1.9 ? points.find(({ threads }) => threads === 2) : undefined;
  const atCores = points.findLast(({ threads }) => threads <= Math.max(1, cores)) ?? one;
  const growthTo = (point: ProfilePoint) => point.cpuPerTask / Math.max(one.cpuPerTask, 1e-9);
  return {
    ...input,
    one,
    two,
    loaded,
    best,
    atCores,
    growthOfTwo: two === undefined ? 1 : growthTo(two),
    growth: growthTo(loaded),
    busyCores: loaded.use * cores,
    lock: loaded.lock ?? 0,
    io: loaded.io ?? 0,
  };
}

/** More threads fault more for the same work: caches and allocators that no longer hold what is alive at once. */
function faultsGrow({ loaded, one, growth }: Signals): boolean {
  const faults = loaded.faults ?? 0;
  return faults > 20 && faults > 3 * (one.faults ?? 0) && growth > 1.25;
}

/** The work is page faults, and the kernel's lock on the address space keeps threads from sharing it. */
function faultsDominate({ loaded, best, one, atCores, growth }: Signals): boolean {
  const poor = best.throughput < 0.85 * one.throughput * atCores.threads || growth > 1.25;
  return perCpuMs(loaded.faults, loaded) > 100 && loaded.systemShare > 0.25 && poor;
}

/** Two hardware threads of one core slow each other down as well; then processes lose as much as threads do. */
function isOnlyHardware(growthOfTwo: number, comparison: Comparison | null | undefined): boolean {
  if (growthOfTwo > MOST_BY_HARDWARE) return false;
  const { processes, threadsNoGil, threads } = comparison ?? {};
  if (processes == null || threadsNoGil == null || threads === undefined || threads < 2) return false;
  return processes < 1.15 * threadsNoGil;
}

function efficiency(point: ProfilePoint, one: ProfilePoint): number {
  return point.throughput / Math.max(one.throughput * point.threads, 1e-9);
}

function times(best: ProfilePoint, one: ProfilePoint): string {
  return (best.throughput / Math.max(one.throughput, 1e-9)).toFixed(2);
}

function perCpuMs(value: number | null, { cpuPerTask }: ProfilePoint): number {
  return (value ?? 0) / Math.max(cpuPerTask, 1e-3);
}

function count({ threads }: ProfilePoint): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

function percent(share: number | null): string {
  return share === null ? "an unknown part" : `${Math.round(100 * share)} %`;
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(0)} ms`;
}

function switches(value: number | null): string {
  return value === null ? "unknown" : value < 10 ? value.toFixed(1) : value.toFixed(0);
}
