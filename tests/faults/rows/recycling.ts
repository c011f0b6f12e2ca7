/** Workers are replaced under load: nothing fails, nothing runs twice. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

export const faults: readonly Fault[] = [
  {
    name: "recycling under load",
    options: { recycle: { tasks: 50 } },
    perPool: 5,
    async inject(scene) {
      let recycled = false;
      scene.pool.once("worker-recycled", () => {
        recycled = true;
      });
      while (!recycled) await Promise.all(scene.marking(50, 0.001));
      expect(scene.pool.stats().rejected).toBe(0);
    },
  },
];
