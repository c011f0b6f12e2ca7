/** Every worker dies while thousands of tasks wait: those under way fail, the others are done by the successors. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

const QUEUED = 10_000;

export const faults: readonly Fault[] = [
  {
    name: "all workers killed, 10,000 queued",
    perPool: 1,
    short: 1,
    async inject(scene) {
      const handles = scene.marking(scene.isLong ? QUEUED : QUEUED / 5);
      await handles[50];
      const replaced = scene.replacement();
      const from = performance.now();
      for (const { pid } of scene.pool.stats().workers) process.kill(Number(pid), "SIGKILL");
      await replaced(from);
      const results = await Promise.allSettled(handles);
      const failed = handles.filter((handle) => handle.error !== undefined);
      // Only what had been sent to a thread: far from all.
      expect(failed.length).toBeLessThan(results.length / 4);
      for (const handle of failed) expect(handle.error).toMatchObject({ code: "WORKER_CRASHED" });
    },
  },
];
