import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

describe.each(everyWay())("recycling, $label", ({ python, profile }) => {
  const options = { module: SURVIVAL, python: python.path, profile, workers: 1 } as const;

  test("by tasks, under load: the spare comes first, no task fails, none runs twice", async () => {
    const pool = await poolOf({ ...options, workers: 2, recycle: { tasks: 50 } });
    await pool.ready();
    const recycled: string[] = [];
    let fewest = 2;
    pool.on("worker-recycled", ({ reason }) => recycled.push(reason));
    pool.on("worker-exited", () => {
      fewest = Math.min(fewest, pool.stats().workers.length);
    });
    const file = `${temporaryFolder()}/ran`;
    let sent = 0;
    function* ids() {
      while (recycled.length < 4) yield [file, `${sent++}`, 0.001];
    }
    await pool.map("mark_slowly", ids(), { spread: true, concurrency: 20 });
    const ran = readFileSync(file, "utf8").trim().split("\n");
    expect(ran).toHaveLength(sent);
    expect(new Set(ran).size).toBe(sent);
    expect(recycled[0]).toMatch(/^\d+ tasks$/);
    expect(fewest).toBe(2);
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0, rejected: 0 });
  });

  test("by age, idle: the old one is gone once the new one is there", async () => {
    const pool = await poolOf({ ...options, recycle: { age: 100 } });
    const before = await pool.call("pid");
    const [event] = await new Promise<[{ reason: string; pid: number }]>((resolve) =>
      pool.once("worker-recycled", (event) => resolve([event])),
    );
    expect(event).toMatchObject({ pid: before, reason: expect.stringMatching(/ms old$/) });
    await new Promise((resolve) => pool.once("worker-exited", resolve));
    expect(await pool.call("pid")).not.toBe(before);
  });

  test("by the memory of the Python process", async () => {
    const limit = 150 << 20;
    const pool = await poolOf({ ...options, recycle: { rss: limit } });
    const before = await pool.call<number>("grow", [1]);
    await sleep(1_200);
    expect(await pool.call("pid")).toBe(before);
    const exited = new Promise((resolve) => pool.once("worker-exited", resolve));
    await pool.call("grow", [200]);
    await expect(exited).resolves.toMatchObject({ expected: true });
    expect(await pool.call("pid")).not.toBe(before);
    expect(pool.stats().workers[0]?.rss).toBeLessThan(limit);
  });

  test("a long task keeps its worker until it ends", async () => {
    const pool = await poolOf({ ...options, recycle: { age: 100 } });
    const long = pool.push("slow", "kept", 1.5);
    expect(await long).toBe("kept");
    expect(long.stats.attempts).toBe(1);
  });
});

describe("recycling and what stands against it", () => {
  const [way] = everyWay();
  const options = { module: SURVIVAL, python: way?.python.path ?? "", profile: "process" } as const;

  test("a strict session keeps its worker; once closed, it is recycled", async () => {
    const pool = await poolOf({ ...options, workers: 2, recycle: { age: 300 } });
    const session = pool.session("ann", { mode: "strict" });
    const home = await session.call("remember", ["key", 5]);
    await new Promise((resolve) => pool.once("worker-exited", resolve));
    await sleep(800);
    expect(await session.call("recall", ["key"])).toEqual([5, home]);
    const gone = new Promise<void>((resolve) =>
      pool.on("worker-exited", ({ exit }) => exit.pid === home && resolve()),
    );
    session.close();
    await gone;
  });

  test("when no spare can be started the old worker stays, and starts are not tried without pause", async () => {
    const { writeFileSync } = await import("node:fs");
    const module = `${temporaryFolder()}/fragile.py`;
    writeFileSync(module, "def ping():\n  return 'pong'\n");
    const pool = await poolOf({ ...options, module, workers: 1, recycle: { age: 1 } });
    let failures = 0;
    pool.on("worker-start-failed", () => failures++);
    writeFileSync(module, "raise RuntimeError('broken since')\n");
    while (failures < 6) await sleep(50);
    const started = failures;
    // From the sixth on, pauses of up to 200 ms, 400 ms, …: far fewer than the recycler asks for.
    await sleep(2_500);
    expect(failures - started).toBeLessThan(5);
    expect(await pool.call("ping")).toBe("pong");
  });

  test.each([{ tasks: 0 }, { age: -1 }, { rss: "1 GB" }, { memory: 5 }, 5])(
    "%j is refused",
    async (recycle) => {
      await expect(poolOf({ ...options, recycle: recycle as never })).rejects.toMatchObject({
        code: "INVALID_OPTION",
        option: expect.stringMatching(/^recycle(\.(tasks|age|rss|memory))?$/),
      });
    },
  );
});
