/** No room or no right to write: the runtime needs neither, and user code gets Python's own errors. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

export const faults: readonly Fault[] = [
  {
    name: "full disk, no temporary folder",
    options: {
      env: { TMPDIR: "/proc/no-such-folder", TEMP: undefined, TMP: undefined, HOME: "/proc/no-such-folder" },
    },
    perPool: 25,
    async inject(scene) {
      const from = performance.now();
      expect(await scene.failure(scene.submit("full_disk"), from)).toMatchObject({
        type: "OSError",
        args: [28, expect.any(String)],
      });
      const big = Buffer.alloc(1 << 20, 1);
      expect(await scene.submit("size", [big])).toBe(big.length);
      expect(await scene.submit("temporary").wait()).toBe(true);
      await Promise.all(scene.marking(3));
    },
  },
];
