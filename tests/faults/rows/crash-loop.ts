/** The module stops being importable: the pool says so, stops trying without pause, and comes back with the module. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createPool, PoolUnavailable } from "../../../src/index.js";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

export const faults: readonly Fault[] = [
  {
    name: "crash loop at import",
    perPool: 3,
    most: 20,
    short: 1,
    async inject(scene, round) {
      const module = join(scene.folder, `loop_${round}.py`);
      const good = "def ping():\n  return 1\n";
      writeFileSync(module, good);
      const { python, profile } = scene.way;
      const pool = await createPool({ module, python: python.path, profile, workers: 1, output: "events" });
      let failures = 0;
      pool.on("worker-start-failed", () => failures++);
      writeFileSync(module, "import os, sys\nprint('broken now', file=sys.stderr)\nos._exit(1)\n");
      const from = performance.now();
      process.kill(Number(pool.stats().workers[0]?.pid), "SIGKILL");
      await new Promise((resolve) => pool.once("worker-exited", resolve));
      const handle = pool.push("ping");
      await handle.wait();
      scene.measured.detection.push(performance.now() - from);
      expect(handle.error).toBeInstanceOf(PoolUnavailable);
      expect(handle.error?.message).toContain("broken now");
      expect(() => pool.push("ping")).toThrow(PoolUnavailable);
      expect(failures).toBeGreaterThanOrEqual(5);
      writeFileSync(module, good);
      await new Promise((resolve) => pool.once("worker-started", resolve));
      expect(await pool.call("ping")).toBe(1);
      await pool.close();
      await pause(1);
    },
  },
];
