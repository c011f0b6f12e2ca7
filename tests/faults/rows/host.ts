/** The host process itself is killed, or does not come to its event loop. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Fault } from "../fault.js";
import { isGone } from "../invariants.js";
import { pause, type Scene } from "../scene.js";

const HOST = fileURLToPath(new URL("../host.js", import.meta.url));

/** Far above what the kernel needs, far below what a leaked process would live (milliseconds). */
const GONE_WITHIN_MS = 5_000;

async function startHost(scene: Scene, task: string): Promise<{ host: ChildProcess; pids: number[] }> {
  const host = spawn(process.execPath, [HOST, scene.way.python.path, scene.way.profile, task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: host.stdout as NodeJS.ReadableStream });
  const [line] = await new Promise<[string]>((resolve) => lines.once("line", (text) => resolve([text])));
  return { host, pids: line.split(" ").map(Number) };
}

const killed = (name: string, task: string): Fault => ({
  name: `host killed, ${name}`,
  perPool: 25,
  short: 1,
  async inject(scene) {
    const { host, pids } = await startHost(scene, task);
    expect(pids.length).toBeGreaterThan(0);
    await pause(50);
    const from = performance.now();
    const exited = new Promise((resolve) => host.once("close", resolve));
    host.kill("SIGKILL");
    while (!pids.every(isGone) && performance.now() - from < GONE_WITHIN_MS) await pause(1);
    scene.measured.detection.push(performance.now() - from);
    for (const pid of pids) scene.pids.add(pid);
    const left = pids.filter((pid) => !isGone(pid));
    for (const pid of left) process.kill(pid, "SIGKILL");
    expect(left).toEqual([]);
    await exited;
  },
});

export const faults: readonly Fault[] = [
  killed("workers idle", "none"),
  killed("workers in C", "c_loop"),
  killed("workers importing", "import"),
  {
    name: "host's event loop blocked",
    perPool: 1,
    most: 3,
    short: 1,
    options: { grace: 100, killAfter: 400 },
    async inject(scene) {
      const accused: unknown[] = [];
      scene.pool.on("worker-unresponsive", (event) => accused.push(event));
      const blocked = scene.isLong ? 30_000 : 3_000;
      const exits: unknown[] = [];
      scene.pool.on("worker-exited", (event) => exits.push(event));
      const tasks = scene.marking(20, 0.01);
      const timed = Array.from({ length: 5 }, () => scene.submit("wait", [0.1], { timeout: blocked / 2 }));
      await tasks[0];
      const until = performance.now() + blocked;
      while (performance.now() < until) {}
      await Promise.all(tasks);
      await Promise.all(timed.filter((handle) => handle.stats.worker !== undefined));
      for (const handle of timed) {
        await handle.wait();
        // One that had not been sent before could not be in time.
        if (handle.error !== undefined) expect(handle.error).toMatchObject({ step: "queued" });
      }
      await pause(scene.isLong ? 7_000 : 1_200);
      expect(accused).toEqual([]);
      expect(exits).toEqual([]);
    },
  },
];
