/**
 * What to do when threads slow one another down inside the interpreter, by sharing objects: find out where, compare with
 * processes once, and change to them if they are better and the pool may choose.
 */
import type { Advice } from "../concurrency/index.js";
import type { HotSpot } from "../worker/index.js";
import type { Gate } from "./permits.js";

/** Two threads are let in for so long while somebody looks where they are (seconds). */
const LOOK_SECONDS = 0.25;
/** Threads, and then processes, are timed for so long, or for so many tasks if those take longer (milliseconds). */
const TRIAL_MS = 1_000;
const TRIAL_TASKS = 10;
const LONGEST_TRIAL_MS = 10_000;
/** Processes must do this much more to be worth their memory and copies. */
const WORTH_CHANGING = 1.15;
/** Every process has to warm up before it counts. */
const WARM_UP_MS = 300;
const STEP_MS = 20;

export interface Contention {
  readonly functionName: string;
  /** Processor time of a task with two threads, as a multiple of that with one. */
  readonly growth: number;
  /** The line where the threads were seen most often, and objects named there that are not their own. */
  readonly hotSpot: HotSpot | undefined;
  /** Tasks a second with the best number of threads, and with processes where that was tried. */
  readonly threads: number;
  readonly processes: number | undefined;
  /** What the pool runs now. */
  readonly profile: "thread" | "process";
  /** All of it in a sentence or two. */
  readonly text: string;
}

export interface ContentionHooks {
  hotSpot(seconds: number): Promise<HotSpot | undefined>;
  /** Lets so many threads run the function while `action` lasts, and keeps the controller out of it. */
  withLimit<T>(gate: Gate, limit: number, action: () => Promise<T>): Promise<T>;
  /** Whether the pool may choose processes. */
  mayChange(): boolean;
  /** Changes to processes or back, and resolves when they run; false when they cannot be started. */
  change(profile: "thread" | "process", reason: string): Promise<boolean>;
  isClosed(): boolean;
}

export async function respond(gate: Gate, advice: Advice, hooks: ContentionHooks): Promise<Contention> {
  const best = gate.limit;
  const hotSpot = await hooks.withLimit(gate, 2, () => hooks.hotSpot(LOOK_SECONDS));
  const threads = await hooks.withLimit(gate, best, () => rate(gate, hooks));
  const where = place(hotSpot);
  const found = `${gate.name}: ${advice.text}${where === "" ? "" : `; most of the time at ${where}`}`;
  const base = { functionName: gate.name, growth: advice.growth, hotSpot, threads };
  if (!hooks.mayChange() || hooks.isClosed()) {
    const text = `${found}. One thread at a time does best. Give each thread objects of its own, or use profile: "process".`;
    return { ...base, processes: undefined, profile: "thread", text };
  }
  const started = await hooks.change("process", found);
  const processes = started ? await timed(gate, hooks) : undefined;
  const gain = processes === undefined || threads === 0 ? 0 : processes / threads;
  const compared =
    processes === undefined
      ? "processes could not be started"
      : `${processes.toPrecision(3)} tasks a second with processes, ${threads.toPrecision(3)} with threads`;
  const text = `${found}. Tried once: ${compared}.`;
  if (gain >= WORTH_CHANGING || hooks.isClosed()) return { ...base, processes, profile: "process", text };
  await hooks.change("thread", `${compared}: threads stay`);
  return { ...base, processes, profile: "thread", text };
}

async function timed(gate: Gate, hooks: ContentionHooks): Promise<number> {
  await pause(WARM_UP_MS);
  return rate(gate, hooks);
}

/** Tasks a second from now on; only while others wait, so that it is not the callers who are timed. */
async function rate(gate: Gate, hooks: ContentionHooks): Promise<number> {
  const begin = performance.now();
  const before = gate.ended.tasks;
  while (!hooks.isClosed()) {
    await pause(STEP_MS);
    const elapsed = performance.now() - begin;
    const isLong = elapsed >= TRIAL_MS && gate.ended.tasks - before >= TRIAL_TASKS;
    if (isLong || elapsed >= LONGEST_TRIAL_MS || gate.used === 0) break;
  }
  return ((gate.ended.tasks - before) / (performance.now() - begin)) * 1e3;
}

function place(spot: HotSpot | undefined): string {
  if (spot === undefined) return "";
  const objects = spot.objects.map(({ name, type }) => `${name} (${type})`).join(", ");
  const shared = objects === "" ? "" : `, where threads share ${objects}`;
  return `${spot.file}:${spot.line} in ${spot.function}${shared}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
