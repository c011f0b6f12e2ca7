/** User code that makes processes, handles signals or closes descriptors. */
import { existsSync } from "node:fs";
import { expect } from "vitest";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

export const faults: readonly Fault[] = [
  {
    name: "fork that comes out of the call twice",
    perPool: 25,
    async inject(scene) {
      const handle = scene.submit<[number, boolean]>("fork_and_return");
      const [pid, isParent] = await handle;
      expect(isParent).toBe(true);
      expect(pid).toBe(handle.stats.worker);
      await Promise.all(scene.marking(5));
    },
  },
  {
    name: "worker dies, its fork lives on",
    async inject(scene) {
      const handle = scene.submit<number>("fork_and_stay", [30]);
      const copy = await handle;
      const victim = Number(handle.stats.worker);
      const stuck = scene.submit("wait", [30]);
      const worker = await scene.workerOf(stuck);
      const replaced = scene.replacement();
      const from = performance.now();
      process.kill(worker, "SIGKILL");
      expect(await scene.failure(stuck, from)).toMatchObject({ code: "WORKER_CRASHED" });
      await replaced(from);
      if (existsSync(`/proc/${copy}`)) process.kill(copy, "SIGKILL");
      expect(victim).toBeGreaterThan(0);
    },
  },
  {
    name: "programs inherit no channel",
    perPool: 25,
    async inject(scene) {
      const [pid, channels] = await scene.submit<[number, string[]]>("spawn_and_stay", [30]);
      process.kill(pid, "SIGKILL");
      expect(channels).toEqual([]);
      // The worker has not waited for it; that is user code's affair and ends with the worker.
      await Promise.all(scene.marking(3));
    },
  },
  {
    name: "signals ignored by user code",
    perPool: 1,
    async inject(scene) {
      await scene.submit("ignore_signals");
      const pids = scene.pool.stats().workers.map(({ pid }) => Number(pid));
      await scene.pool.close();
      for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false);
    },
  },
  {
    name: "descriptors closed by user code",
    async inject(scene) {
      const handle = scene.submit("close_everything");
      const from = performance.now();
      expect(await scene.failure(handle, from)).toMatchObject({
        code: "WORKER_CRASHED",
        exit: { exitCode: 70 },
      });
      await pause(1);
      await Promise.all(scene.marking(5));
    },
  },
];
