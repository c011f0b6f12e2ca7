/** What no limit can repair: threads that slow one another down inside the interpreter. */
import type { Table } from "./search.js";

/** Growth of a task's processor time from one thread to two that only shared objects or locks explain. */
const SHARED_OBJECT_GROWTH = 1.5;
/** And two threads then do hardly more than one; processors that share a core look like contention, and do more. */
const NO_GAIN = 1.1;
/** With one thread best, this little of the processors in use means that others stand idle for nothing. */
const IDLE_CORES_USE = 1.2;

export interface Advice {
  readonly kind: "shared-object" | "single-thread";
  /** Processor time of a task with two threads, as a multiple of that with one; 1 where it is not known. */
  readonly growth: number;
  /** One sentence for people. */
  readonly text: string;
}

/** @param cores processors that may be used */
export function advise(table: Table, knee: number, cores: number): Advice | undefined {
  const one = table.samples.get(1);
  const two = table.samples.get(2);
  if (one === undefined || two === undefined) return undefined;
  const growth =
    one.cpuPerTask !== undefined && two.cpuPerTask !== undefined && one.cpuPerTask > 0
      ? two.cpuPerTask / one.cpuPerTask
      : 1;
  if (growth > SHARED_OBJECT_GROWTH && table.rate(2) < table.rate(1) * NO_GAIN) {
    const text = `a task takes ${growth.toFixed(1)} times the processor time when two threads run it: they share objects`;
    return { kind: "shared-object", growth, text };
  }
  if (knee === 1 && cores > 1 && one.use < IDLE_CORES_USE / cores) {
    const text =
      "one thread does as much as more of them, and processors stand idle: the threads exclude one another";
    return { kind: "single-thread", growth, text };
  }
  return undefined;
}
