/** The address space is limited by user code, once for a call and once for good. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

export const faults: readonly Fault[] = [
  {
    name: "memory limit, MemoryError",
    async inject(scene) {
      const from = performance.now();
      expect(await scene.failure(scene.submit("exhaust"), from)).toMatchObject({ type: "MemoryError" });
      await Promise.all(scene.marking(5));
    },
  },
  {
    name: "memory limit that stays",
    async inject(scene) {
      const from = performance.now();
      const error = await scene.failure(scene.submit("exhaust_for_good"), from);
      // Whether the exception can still be told depends on what is left.
      expect(["PYTHON_ERROR", "WORKER_CRASHED"]).toContain(error.code);
      const lifted = await scene.submit("lift_limit").wait();
      expect(lifted).toBe(true);
      for (const handle of scene.marking(5)) expect(await handle.wait()).toBe(true);
    },
  },
];
