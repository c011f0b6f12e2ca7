/** The pool is closed while its workers start, and more than once. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createPool } from "../../../src/index.js";
import type { Fault } from "../fault.js";

export const faults: readonly Fault[] = [
  {
    name: "shutdown during start",
    perPool: 5,
    async inject(scene, round) {
      // The first worker starts at once, the others never finish importing.
      const module = join(scene.folder, "slow_start.py");
      const flag = join(scene.folder, `started-${round}`);
      writeFileSync(
        module,
        `import os, time\ntry:\n  os.close(os.open(${JSON.stringify(flag)}, os.O_CREAT | os.O_EXCL))\nexcept FileExistsError:\n  time.sleep(1000)\ndef ping():\n  return 1\n`,
      );
      const { python, profile } = scene.way;
      const pool = await createPool({ module, python: python.path, profile, workers: 3, output: "events" });
      const handle = pool.push("ping");
      const from = performance.now();
      if (round % 2 === 0) await pool.close({ force: true });
      else await pool.close();
      expect(performance.now() - from).toBeLessThan(10_000);
      expect(handle.isReady()).toBe(true);
    },
  },
  {
    name: "double shutdown",
    perPool: 1,
    async inject(scene) {
      const stuck = scene.submit("bare_except");
      await scene.workerOf(stuck);
      const waiting = scene.marking(5, 0.01);
      const first = scene.pool.close();
      const second = scene.pool.close({ force: true });
      const third = scene.pool.close({ force: true });
      await Promise.all([first, second, third]);
      expect(stuck.error).toMatchObject({ code: "POOL_CLOSED" });
      for (const handle of waiting) expect(handle.isReady()).toBe(true);
    },
  },
];
