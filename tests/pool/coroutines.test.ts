/** `async def`: many calls at once on the event loop of each worker. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  NotSendable,
  type Pool,
  type PoolOptions,
  type TaskTimeout,
  WorkerCrashed,
  WorkerReplaced,
} from "../../src/index.js";
import { failureOf, poolOf, sleep } from "./pools.js";
import { everyWay } from "./profiles.js";

const MODULE = fileURLToPath(new URL("python/coroutines.py", import.meta.url));

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each(everyWay())("coroutines, $label", ({ python, profile }) => {
  const open = (options: Partial<PoolOptions> = {}) =>
    poolOf({
      module: MODULE,
      python: python.path,
      profile,
      workers: 1,
      ...(profile === "thread" ? { threads: 1 } : {}),
      ...options,
    });

  /** Waits until a coroutine has said so. */
  async function happened(pool: Pool): Promise<string[]> {
    for (;;) {
      const seen = await pool.call<string[]>("what_happened");
      if (seen.length > 0) return seen;
      await sleep(5);
    }
  }

  test("2,000 that wait for one another run at once, beside a thread that is busy", async () => {
    const pool = await open();
    expect(await pool.call("has_asyncio")).toBe(false);
    const count = 2_000;
    expect(await pool.call("double", [1])).toBe(2);
    const busy = pool.push("slow", 0.2);
    expect(new Set(await Promise.all(range(count).map(() => pool.call("meet", [count]))))).toEqual(
      new Set([count]),
    );
    expect(await busy).toBe(0.2);
    expect(await Promise.all(range(100).map((i) => pool.call("double", [i])))).toEqual(
      range(100).map((i) => 2 * i),
    );
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0 });
  });

  test("no more than maxCoroutines are inside at once, whatever the limits on threads", async () => {
    const pool = await open({ maxCoroutines: 7, concurrency: 1 });
    const seen = await Promise.all(range(60).map(() => pool.call<number>("together", [20])));
    expect(Math.max(...seen)).toBe(7);
    await expect(open({ maxCoroutines: 0 })).rejects.toMatchObject({ option: "maxCoroutines" });
  });

  test("results, exceptions, progress, output and context are each call's own", async () => {
    const pool = await open();
    expect(await Promise.all([1, 2, 3].map((value) => pool.call("own_context", [value])))).toEqual([
      [null, 1],
      [null, 2],
      [null, 3],
    ]);
    const error = await failureOf(pool.call("fail", ["nothing"]));
    expect(error).toMatchObject({ type: "LookupError", args: ["nothing"] });
    expect((error as unknown as { traceback: string }).traceback).toMatch(
      /^Traceback.*\n {2}File ".*coroutines\.py"/,
    );
    expect(await failureOf(pool.call("returns_lock"))).toBeInstanceOf(NotSendable);
    const lines = new Map<number, string[]>();
    pool.on("output", ({ task, line }) => {
      lines.set(task ?? 0, [...(lines.get(task ?? 0) ?? []), line]);
    });
    const handles = [2, 3].map((count) => pool.push<number>("reports", count));
    for (const [i, handle] of handles.entries()) {
      expect(await handle).toBe(i + 2);
      expect(handle.progress).toEqual({ done: i + 2, total: i + 2 });
      while ((lines.get(handle.number)?.length ?? 0) < i + 2) await sleep(5);
    }
    expect(await pool.call("leaves_a_task_behind", ["x"])).toBe("left");
    expect(await happened(pool)).toEqual(["later"]);
  });

  test("coroutines call the host, which calls the pool, as deep as may be", async () => {
    const pool: Pool = await open({
      host: {
        twice: (x: number) => 2 * x,
        again: async (x: number): Promise<number> =>
          x === 0 ? 0 : 1 + (await pool.call<number>("asks", ["again", x - 1])),
        thread: (x: number) => pool.call("asks_in_thread", ["coroutine", x]),
        coroutine: (x: number) => pool.call("double", [x]),
      },
    });
    expect(await Promise.all(range(300).map((i) => pool.call("asks", ["twice", i])))).toEqual(
      range(300).map((i) => 2 * i),
    );
    expect(await pool.call("asks", ["again", 20])).toBe(20);
    expect(await pool.call("asks", ["thread", 4])).toBe(8);
  });

  test("cancelling one leaves the others alone", async () => {
    const pool = await open({ grace: 10_000, killAfter: 20_000 });
    const first = pool.push("sleeps", "first");
    expect(await happened(pool)).toEqual(["first began"]);
    const second = pool.push("sleeps", "second");
    expect(await happened(pool)).toEqual(["second began"]);
    expect(await first.cancel()).toBe("cooperative");
    expect(await happened(pool)).toEqual(["first cancelled True"]);
    expect(second.isReady()).toBe(false);
    await expect(pool.call("sleeps", ["third"], { timeout: 50 })).rejects.toMatchObject({
      code: "TASK_TIMEOUT",
      step: "cooperative",
    });
    expect(await second.cancel()).toBe("cooperative");
    const before = new AbortController();
    before.abort();
    await expect(pool.call("sleeps", ["never"], { signal: before.signal })).rejects.toMatchObject({
      code: "TASK_CANCELLED",
    });
  });

  test.each(["swallows", "blocks_in_python"])("%s is interrupted, and the loop goes on", async (name) => {
    const pool = await open({ grace: 50, killAfter: 30_000 });
    const pid = await pool.call("pid");
    const handle = pool.push(name);
    await happened(pool);
    expect(await handle.cancel()).toBe("interrupted");
    expect(await pool.call("double", [4])).toBe(8);
    expect(await pool.call("pid")).toBe(pid);
  });

  test("one that blocks the loop in C costs the worker, and the report names it", async () => {
    const pool = await open({ grace: 20, killAfter: 200 });
    expect(await pool.call("double", [1])).toBe(2);
    const neighbour = pool.push("sleeps", "neighbour");
    const error = await failureOf<TaskTimeout>(pool.call("blocks_in_c", [], { timeout: 300 }));
    expect(error).toMatchObject({ code: "TASK_TIMEOUT", step: "killed" });
    expect(error.stacks.map(({ functionName }) => functionName)).toEqual(["blocks_in_c"]);
    expect(error.stacks[0]?.stack).toContain("time.sleep(60)");
    expect(await failureOf(Promise.resolve(neighbour))).toBeInstanceOf(WorkerReplaced);
    expect(await pool.call("double", [3])).toBe(6);
    expect(await failureOf(pool.call("dies"))).toBeInstanceOf(WorkerCrashed);
  });

  test("a class that is not declared thread-safe: between two awaits nobody else is inside", async () => {
    const pool = await open();
    await Promise.all([
      ...range(10).map(() => pool.call("Shelf.fetch", [10])),
      ...range(40).map(() => pool.call("Shelf.put")),
    ]);
    expect(await pool.call("Shelf.report")).toBe(0);
    expect(await pool.call("Safe.add", [1, 2])).toBe(3);
  });

  test("a session's coroutines run on its worker, and others on all", async () => {
    const pool = await open({ workers: 2 });
    await pool.ready();
    const session = pool.session("one", { mode: "strict" });
    const pid = await session.call<number>("pid");
    const places = await Promise.all(range(20).map(() => session.call<[number, number]>("place")));
    expect(new Set(places.map(([process]) => process))).toEqual(new Set([pid]));
    const anywhere = await Promise.all(range(20).map(() => pool.call<[number, number]>("place")));
    expect(new Set(anywhere.map(([process]) => process)).size).toBe(2);
  });
});
