/** SIGKILL from outside, with nothing, one task and many tasks under way. */
import { expect } from "vitest";
import { WorkerCrashed } from "../../../src/index.js";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

const killed = (name: string, tasks: number): Fault => ({
  name: `worker killed, ${name}`,
  async inject(scene) {
    const running = scene.marking(tasks, 20);
    const waiting = tasks === 0 ? [] : scene.marking(20);
    if (tasks > 0) for (const handle of running) await startedOf(handle);
    const pid = tasks === 0 ? Number(scene.pool.stats().workers[0]?.pid) : Number(running[0]?.stats.worker);
    const hit = running.filter((handle) => handle.stats.worker === pid);
    const replaced = scene.replacement();
    const from = performance.now();
    process.kill(pid, "SIGKILL");
    for (const handle of hit) {
      const error = await scene.failure(handle, from);
      expect(error).toBeInstanceOf(WorkerCrashed);
      expect(error).toMatchObject({ exit: { pid, signal: "SIGKILL" } });
    }
    await replaced(from);
    await Promise.all(running.filter((handle) => !hit.includes(handle)).map((handle) => handle.cancel()));
    // Those that had been sent behind one of the others may have begun: nobody knows, so they fail.
    for (const handle of waiting) {
      await handle.wait();
      if (handle.error !== undefined) expect(handle.error).toMatchObject({ exit: { pid } });
    }
    expect(await scene.submit("pid")).not.toBe(pid);
  },
});

async function startedOf(handle: { readonly stats: { readonly worker: number | undefined } }): Promise<void> {
  while (handle.stats.worker === undefined) await pause(2);
}

export const faults: readonly Fault[] = [killed("idle", 0), killed("1 task", 1), killed("2 to 4 tasks", 2)];
