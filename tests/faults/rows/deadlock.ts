/** Two tasks take two locks crosswise: both fail at their deadline, with both stacks. */
import { expect } from "vitest";
import { TaskTimeout } from "../../../src/index.js";
import type { Fault } from "../fault.js";

export const faults: readonly Fault[] = [
  {
    name: "deadlock of two locks",
    profile: "thread",
    options: { killAfter: 1_500 },
    async inject(scene) {
      const handles = [0, 1].map((order) => scene.submit("deadlock", [order], { timeout: 300 }));
      const from = performance.now();
      for (const handle of handles) {
        const error = await scene.failure(handle, from);
        expect(error).toBeInstanceOf(TaskTimeout);
        expect((error as TaskTimeout).stacks.map(({ functionName }) => functionName)).toEqual([
          "deadlock",
          "deadlock",
        ]);
        expect(error.message).toContain("with second:");
      }
      await Promise.all(scene.marking(5));
    },
  },
];
