/** Pools for tests: each is closed after its test, and must leave no process behind. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect } from "vitest";
import { createPool, type Pool, type PoolOptions } from "../../src/index.js";

export const CALLS = fileURLToPath(new URL("python/calls.py", import.meta.url));
export const MORE = fileURLToPath(new URL("python/more.py", import.meta.url));

const open: { pool: Pool; pids: Set<number> }[] = [];
const folders: string[] = [];

export async function poolOf(options: Partial<PoolOptions>): Promise<Pool> {
  const pool = await createPool({ module: CALLS, output: "events", ...options });
  const pids = new Set<number>();
  for (const worker of pool.stats().workers) pids.add(worker.pid ?? 0);
  pool.on("worker-started", ({ pid }) => pids.add(pid));
  open.push({ pool, pids });
  return pool;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nogil-test-"));
  folders.push(folder);
  return folder;
}

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) || isSignalled(pid);
}

function isSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The error that a promise fails with. */
export async function failureOf<E extends Error>(promise: PromiseLike<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error("expected a failure, and there was none");
}

export const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

afterEach(async () => {
  for (const { pool, pids } of open.splice(0)) {
    await pool.close({ force: true });
    for (const pid of pids) expect(isAlive(pid), `worker ${pid} is still there`).toBe(false);
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
