/** User code writes into the private sockets. The host must neither crash nor believe it nor wait for ever. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

const SHAPES = ["noise", "kind", "progress", "short", "error", "long"] as const;

const garbage = (name: string, descriptor: number): Fault => ({
  name: `malformed frames, ${name}`,
  perPool: 2,
  async inject(scene, round) {
    const shape = SHAPES[round % SHAPES.length];
    const from = performance.now();
    const handle = scene.submit("garbage", [descriptor, round, shape], { timeout: 8_000 });
    const beside = scene.marking(5);
    const error = await scene.failure(handle, from);
    expect(["WORKER_CRASHED", "PROTOCOL_ERROR", "TASK_TIMEOUT"]).toContain(error.code);
    for (const task of beside) expect(await task.wait()).toBe(true);
    await Promise.all(scene.marking(5));
  },
});

export const faults: readonly Fault[] = [garbage("task channel", 4), garbage("control channel", 3)];
