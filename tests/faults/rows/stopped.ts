/** A worker is stopped and goes on: its tasks only take longer. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

export const faults: readonly Fault[] = [
  {
    name: "SIGSTOP, SIGCONT",
    perPool: 10,
    async inject(scene) {
      const tasks = scene.marking(40, 0.005);
      await tasks[0];
      const pid = Number(scene.pool.stats().workers[0]?.pid);
      process.kill(pid, "SIGSTOP");
      await pause(200);
      process.kill(pid, "SIGCONT");
      await Promise.all(tasks);
      expect(scene.pool.stats().workers.some((worker) => worker.pid === pid)).toBe(true);
    },
  },
];
