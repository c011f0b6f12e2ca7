import { describe, expect, test } from "vitest";
import type { PoolEvents } from "../../src/index.js";
import { poolOf, sleep } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

describe.each(everyWay())("liveness, $label", ({ python, profile }) => {
  const options = { module: SURVIVAL, python: python.path, profile, workers: 1 } as const;

  test("a stopped worker is reported as such, keeps its task, and is reported again when it goes on", async () => {
    const pool = await poolOf(options);
    const pid = await pool.call<number>("pid");
    const handle = pool.push("slow", "kept", 0.1);
    process.kill(pid, "SIGSTOP");
    const silent = await new Promise<PoolEvents["worker-unresponsive"][0]>((resolve) =>
      pool.once("worker-unresponsive", resolve),
    );
    expect(silent).toMatchObject({ pid, state: "stopped" });
    const responsive = new Promise((resolve) => pool.once("worker-responsive", resolve));
    process.kill(pid, "SIGCONT");
    expect(await responsive).toEqual({ pid });
    expect(await handle).toBe("kept");
    expect(handle.stats.attempts).toBe(1);
  });

  test("a host that was blocked accuses nobody and loses nothing", async () => {
    const pool = await poolOf({ ...options, grace: 100, killAfter: 400 });
    const pid = await pool.call("pid");
    const accused: unknown[] = [];
    pool.on("worker-unresponsive", (event) => accused.push(event));
    // Ends while the host is blocked, and before its deadline.
    const handle = pool.submit("slow", ["in time", 0.3], { timeout: 1_500 });
    await sleep(20);
    const until = performance.now() + 6_500;
    while (performance.now() < until) {}
    expect(await handle).toBe("in time");
    await sleep(1_500);
    expect(accused).toEqual([]);
    expect(await pool.call("pid")).toBe(pid);
  });
});
