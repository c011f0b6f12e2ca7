/** What must hold after every fault, whatever it was. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pause, type Scene } from "./scene.js";

export interface Violations {
  /** Tasks that never got a value or an error. */
  lost: number;
  /** Tasks that were settled more than once, or ran more than once though they must not. */
  twice: number;
  /** Worker processes that outlived their pool. */
  orphans: number;
  /** Descriptors, threads, child processes, temporary files, counts that stayed. */
  leaks: string[];
}

/** Long enough for a machine that is busy with other things (milliseconds). */
const SETTLE_MS = 20_000;
const LEAVE_MS = 3_000;

/** What this process holds of the system; the temporary folder has to be its own. */
export interface Holdings {
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
  readonly files: number;
}

export function holdings(): Holdings {
  const tasks = readdirSync("/proc/self/task");
  const children = tasks.flatMap((task) => {
    try {
      return readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean);
    } catch {
      return [];
    }
  });
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    threads: tasks.length,
    children: children.length,
    files: readdirSync(tmpdir()).length,
  };
}

/** Settled exactly once, nothing counted as waiting or running any more. The pool is still open. */
export async function checkTasks(scene: Scene): Promise<Violations> {
  const { pool, handles } = scene;
  const patience = performance.now() + SETTLE_MS;
  await Promise.all(handles.map((handle) => handle.wait(Math.max(1, patience - performance.now()))));
  const lost = handles.filter((handle) => !handle.isReady()).length;
  const { fulfilled, rejected } = pool.stats();
  let twice = Math.max(0, fulfilled + rejected - (handles.length - lost) - scene.tasksBeside);
  const ran = existsSync(scene.marks) ? readFileSync(scene.marks, "utf8").trim().split("\n") : [];
  twice += ran.length - new Set(ran).size;
  const leaks: string[] = [];
  const isQuiet = () => pool.stats().queued === 0 && pool.stats().running === 0;
  if (lost === 0 && !(await becomesTrue(isQuiet))) {
    leaks.push(`${pool.stats().queued} waiting and ${pool.stats().running} running though all are settled`);
  }
  return { lost, twice, orphans: 0, leaks };
}

/** True unless the process runs or could: one that only waits for its parent to notice its end is gone. */
export function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.charAt(stat.lastIndexOf(")") + 2) === "Z";
  } catch {
    return true;
  }
}

/** No process of the pool is left. It is closed by now. */
export async function countOrphans(pids: Iterable<number>): Promise<number> {
  await becomesTrue(() => [...pids].every(isGone));
  return [...pids].filter((pid) => !isGone(pid)).length;
}

/** What stayed since `before`. */
export async function leaksSince(before: Holdings): Promise<string[]> {
  const kinds = Object.keys(before) as (keyof Holdings)[];
  await becomesTrue(() => {
    const now = holdings();
    return kinds.every((kind) => now[kind] <= before[kind]);
  });
  const now = holdings();
  return kinds
    .filter((kind) => now[kind] > before[kind])
    .map((kind) => `${kind}: ${before[kind]} before, ${now[kind]} after`);
}

async function becomesTrue(condition: () => boolean): Promise<boolean> {
  const end = performance.now() + LEAVE_MS;
  while (!condition()) {
    if (performance.now() > end) return false;
    await pause(10);
  }
  return true;
}
