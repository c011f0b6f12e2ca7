import { describe, expect, test } from "vitest";
import { poolOf } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

describe.each(everyWay())("adapters, $label", ({ python, profile }) => {
  const options = {
    module: SURVIVAL,
    python: python.path,
    profile,
    workers: 1,
    ...(profile === "thread" ? { threads: 4 } : {}),
  } as const;
  const times = <T>(count: number, make: (i: number) => T) =>
    Array.from({ length: count }, (_, i) => make(i));

  test("one instance a worker, shared by its threads, with its lock", async () => {
    const pool = await poolOf(options);
    expect(new Set(await Promise.all(times(20, () => pool.call("Declared.identity")))).size).toBe(1);
    await Promise.all(times(50, () => pool.call("Declared.add", [1])));
    expect(await pool.call("Declared.add", [0])).toBe(50);
  });

  test("a declared class is used by several threads at once; each has its own local storage", async () => {
    const pool = await poolOf(options);
    const inside = await Promise.all(times(4, () => pool.call<number>("Declared.together")));
    expect(Math.max(...inside)).toBe(profile === "thread" ? 4 : 1);
    const mine = await Promise.all(times(8, () => pool.call<number>("Declared.mine")));
    if (profile === "process") expect(mine).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    else expect(Math.max(...mine)).toBeLessThan(12);
  });

  test("stats() counts calls and errors by method, over all threads", async () => {
    const pool = await poolOf(options);
    await Promise.all(times(20, () => pool.call("Declared.add", [1])));
    await pool.call("Declared.fail").catch(() => {});
    expect(await pool.call("Declared.counts")).toMatchObject({
      add: { calls: 20, errors: 0 },
      fail: { calls: 1, errors: 1 },
    });
  });

  test("a class that is not declared is used by one thread at a time, and a warning says so once", async () => {
    const pool = await poolOf(options);
    const warnings: string[] = [];
    const listen = (warning: Error & { code?: string }) =>
      warning.code === "NOGIL_SERIALISED" && warnings.push(warning.message);
    process.on("warning", listen);
    const most = await Promise.all(times(8, () => pool.call("Undeclared.work", [0.02])));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(most).toEqual(times(8, () => 1));
    expect(warnings).toHaveLength(profile === "thread" ? 1 : 0);
    for (const warning of warnings) expect(warning).toContain("Undeclared");
  });

  test("a declared method of an undeclared class does not wait", async () => {
    const pool = await poolOf(options);
    if (profile === "process") return expect(await pool.call("Undeclared.glance")).toBe(0);
    const long = pool.push("Undeclared.work", 1);
    while (long.state === "queued") await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.call("Undeclared.glance");
    expect(long.isReady()).toBe(false);
    await long;
  });

  test("coroutine methods run to their result", async () => {
    const pool = await poolOf(options);
    expect(await pool.call("Undeclared.later", ["done"])).toBe("done");
  });

  test("a constructor that raises is the error of each call, and nothing else suffers", async () => {
    const pool = await poolOf(options);
    for (let round = 0; round < 3; round++) {
      await expect(pool.call("Broken.use")).rejects.toMatchObject({ type: "OSError", args: ["no device"] });
    }
    expect(await pool.call("add", [1, 2])).toBe(3);
    expect(pool.stats().workers).toHaveLength(1);
  });
});
