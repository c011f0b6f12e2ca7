import { describe, expect, test } from "vitest";
import { PoolClosed, QueueFull, TaskCancelled, TaskTimeout } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { poolOf, sleep, temporaryFolder } from "./pools.js";

describe.each(bothKinds())("handles on $label", ({ python }) => {
  const one = { python: python.path, profile: "process", workers: 1 } as const;

  test("push does not wait; check, pull and wait do what they say", async () => {
    const pool = await poolOf(one);
    const handle = pool.push<number>("sleep", 0.2);
    expect(handle.isReady()).toBe(false);
    expect(handle.tryGet()).toBeUndefined();
    expect(await handle.wait(10)).toBe(false);
    expect(await handle.wait()).toBe(true);
    expect(handle.isReady()).toBe(true);
    expect(handle.tryGet()).toBe(0.2);
    expect(await handle).toBe(0.2);
    expect(handle.stats).toMatchObject({ attempts: 1, thread: 0 });
    expect(handle.stats.wall).toBeGreaterThan(100);
  });

  test("a failure nobody looks at is no unhandled rejection, and is reported as an event", async () => {
    const pool = await poolOf(one);
    const failures: string[] = [];
    pool.on("task-failed", ({ functionName }) => failures.push(functionName));
    const handle = pool.push("fail", "quietly");
    expect(await handle.wait()).toBe(true);
    expect(failures).toEqual(["fail"]);
    expect(() => handle.tryGet()).toThrow("quietly");
  });

  test("cancelling what waits: it never runs", async () => {
    const pool = await poolOf(one);
    const file = `${temporaryFolder()}/ran`;
    const running = pool.push("sleep", 0.2);
    const waiting = pool.push("append", file, "ran");
    expect(await waiting.cancel()).toBe("queued");
    await expect(waiting).rejects.toMatchObject({ code: "TASK_CANCELLED", step: "queued" });
    expect(await running).toBe(0.2);
    await expect(pool.call("append", [file, "second"])).resolves.toBe("second");
    expect(await pool.call("echo", [1])).toBe(1);
    expect((await import("node:fs")).readFileSync(file, "utf8")).toBe("second\n");
  });

  test("cancelling what runs: it stops by itself, or is interrupted", async () => {
    const pool = await poolOf({ ...one, grace: 1_000, killAfter: 30_000 });
    const polite = pool.push("until_cancelled");
    await sleep(50);
    expect(await polite.cancel()).toBe("cooperative");
    const loop = pool.push("forever");
    await sleep(50);
    expect(await loop.cancel()).toBe("interrupted");
    await expect(loop).rejects.toBeInstanceOf(TaskCancelled);
    expect(await loop.cancel()).toBeUndefined();
  });

  test("cancelling what cannot be interrupted replaces its worker", async () => {
    const pool = await poolOf({ ...one, grace: 50, killAfter: 200 });
    const before = await pool.call("pid");
    const stubborn = pool.push("stubborn");
    await sleep(50);
    expect(await stubborn.cancel()).toBe("killed");
    expect(await pool.call("pid")).not.toBe(before);
  });

  test("a timeout stops the task, whether it waits or runs", async () => {
    const pool = await poolOf({ ...one, grace: 50, killAfter: 30_000 });
    const error = await pool.call("forever", [], { timeout: 100 }).catch((error) => error);
    expect(error).toBeInstanceOf(TaskTimeout);
    expect(error).toMatchObject({ timeout: 100, step: "interrupted" });
    const first = pool.push("sleep", 0.3);
    await expect(pool.call("echo", [1], { timeout: 50 })).rejects.toMatchObject({ step: "queued" });
    expect(await first).toBe(0.3);
  });

  test("an abort signal cancels, with its reason", async () => {
    const pool = await poolOf({ ...one, grace: 50 });
    const controller = new AbortController();
    const call = pool.call("forever", [], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("user left")), 50);
    await expect(call).rejects.toMatchObject({ code: "TASK_CANCELLED", cause: { message: "user left" } });
    await expect(pool.call("echo", [1], { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      TaskCancelled,
    );
    expect(await pool.call("echo", [1])).toBe(1);
  });

  test("larger priorities run first", async () => {
    const pool = await poolOf(one);
    const order: number[] = [];
    const first = pool.push("sleep", 0.1);
    const later = [0, 5, -5, 5, 10].map((priority) =>
      pool.submit("echo", [priority], { priority }).then((value) => order.push(value as number)),
    );
    await Promise.all([first, ...later]);
    expect(order).toEqual([10, 5, 5, 0, -5]);
  });

  test("a full queue refuses, and map waits instead", async () => {
    const pool = await poolOf({ ...one, maxQueue: 3 });
    const running = pool.push("sleep", 0.1);
    const waiting = [1, 2, 3].map((value) => pool.push("echo", value));
    expect(() => pool.push("echo", 4)).toThrow(QueueFull);
    await expect(pool.call("echo", [4])).rejects.toBeInstanceOf(QueueFull);
    await Promise.all([running, ...waiting]);
    expect(await pool.map("echo", [1, 2, 3, 4, 5, 6, 7, 8])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("close finishes what was accepted and refuses what comes later", async () => {
    const pool = await poolOf(one);
    const handles = [0.05, 0.05, 0.05].map((seconds) => pool.push("sleep", seconds));
    const closing = pool.close();
    expect(() => pool.push("echo", 1)).toThrow(PoolClosed);
    await closing;
    expect(handles.map((handle) => handle.tryGet())).toEqual([0.05, 0.05, 0.05]);
    await pool.close();
  });

  test("close by force fails what is under way and leaves no process", async () => {
    const pool = await poolOf(one);
    const running = pool.push("stubborn");
    const waiting = pool.push("echo", 1);
    await sleep(50);
    await pool.close({ force: true });
    await expect(running).rejects.toBeInstanceOf(PoolClosed);
    await expect(waiting).rejects.toBeInstanceOf(PoolClosed);
  });

  test("await using closes the pool", async () => {
    let outside: Awaited<ReturnType<typeof poolOf>>;
    {
      await using pool = await poolOf(one);
      outside = pool;
      expect(await pool.call("echo", [1])).toBe(1);
    }
    expect(() => outside.push("echo", 1)).toThrow(PoolClosed);
  });
});
