/** Iterables of this process as arguments: Python reads them with `for` and `async for`. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Pool } from "../../src/index.js";
import { failureOf, poolOf, sleep } from "./pools.js";
import { everyWay } from "./profiles.js";

const MODULE = fileURLToPath(new URL("python/iterables.py", import.meta.url));

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each(everyWay())("iterables as arguments, $label", ({ python, profile }) => {
  const open = () =>
    poolOf({
      module: MODULE,
      python: python.path,
      profile,
      workers: 1,
      ...(profile === "thread" ? { threads: 1 } : {}),
    });

  /** Counts, and says when it was ended. */
  function counter(count = Number.POSITIVE_INFINITY) {
    const seen = { made: 0, ended: 0 };
    async function* items() {
      try {
        for (let i = 0; i < count; i++) {
          if (i % 50 === 49) await sleep(1);
          seen.made++;
          yield i;
        }
      } finally {
        seen.ended++;
      }
    }
    return { seen, items };
  }

  test("they arrive whole and in order, wherever they stand", async () => {
    const pool = await open();
    function* sync(count: number) {
      yield* range(count);
    }
    expect(await pool.call("total", [counter(1_000).items()])).toBe(499_500);
    expect(await pool.call("listed_async", [sync(600)])).toEqual(range(600));
    expect(await pool.call("pairs", [counter(3).items(), sync(9)])).toEqual(range(3).map((i) => [i, i]));
    const object = { [Symbol.asyncIterator]: counter(4).items };
    expect(await pool.call("inside", [{ lists: [sync(2), object, new Set([5])] }])).toEqual([
      [0, 1],
      range(4),
      [5],
    ]);
    expect(await pool.call("many_async", [range(20).map((i) => sync(i))])).toEqual(range(20).map(range));
    const large = range(3).map((i) => new Float64Array(20_000).fill(i));
    expect(await pool.call("listed", [large.values()])).toEqual(large);
    expect(await pool.call("ignores", [counter().items()])).toBe("not read");
  });

  test.each(["listed", "listed_async"])(
    "%s: leaving the loop early ends them here, not far ahead",
    async (name) => {
      const pool = await open();
      const { seen, items } = counter();
      expect(await pool.call(name, [items(), 5])).toEqual(range(5));
      // Python's loop ends an async generator that was left a little later, at the latest with the task.
      while (seen.ended === 0) await sleep(5);
      expect(seen.ended).toBe(1);
      expect(seen.made).toBeLessThan(20);
    },
  );

  test("an error here is HostError there, and the cause of what comes back", async () => {
    const pool = await open();
    const thrown = new RangeError("too far");
    async function* bad() {
      yield 1;
      yield 2;
      throw thrown;
    }
    expect(await pool.call("caught", [bad()])).toEqual([1, 2, "too far"]);
    for (const name of ["listed", "listed_async"]) {
      const error = await failureOf(pool.call(name, [bad()]));
      expect(error).toMatchObject({ type: "nogil.host.HostError" });
      expect(error.cause).toBe(thrown);
    }
    const through = await failureOf(
      (async () => {
        for await (const _ of pool.stream("doubled", bad())) {
        }
      })(),
    );
    expect(through.cause).toBe(thrown);
    function* unsendable() {
      yield 1;
      yield 2;
      yield () => 3;
    }
    expect(await pool.call("caught", [unsendable()])).toEqual([
      1,
      2,
      expect.stringContaining("a function cannot be sent"),
    ]);

    expect(await failureOf(pool.call("wrong_loop", [counter().items()]))).toMatchObject({
      type: "TypeError",
      message: expect.stringContaining("async for"),
    });
    expect(await pool.call("in_another_thread", [counter().items()])).toEqual([
      expect.stringContaining("belongs to another task"),
    ]);
  });

  test("through Python and back, with both sides waiting for the reader", async () => {
    const pool = await open();
    for (const name of ["doubled", "doubled_async"]) {
      const { seen, items } = counter();
      const out: unknown[] = [];
      for await (const item of pool.submitStream(name, [items()], { ahead: 8 })) {
        out.push(item);
        if (out.length === 100) break;
      }
      expect(out).toEqual(range(100).map((i) => 2 * i));
      while (seen.ended === 0) await sleep(5);
      expect(seen.made).toBeLessThan(100 + 8 + 2 * 256 + 2);
    }
  });

  test("an iterable calls the pool whose only thread reads it", async () => {
    const pool: Pool = await open();
    async function* squares() {
      for (const i of range(5)) yield await pool.call("square", [i]);
    }
    expect(await pool.call("listed", [squares()])).toEqual([0, 1, 4, 9, 16]);
  });

  test("cancelling the task ends them", async () => {
    const pool = await open();
    const { seen, items } = counter();
    const handle = pool.push("total", items());
    while (seen.made < 200) await sleep(1);
    await handle.cancel();
    expect(await failureOf(Promise.resolve(handle))).toMatchObject({ code: "TASK_CANCELLED" });
    while (seen.ended === 0) await sleep(5);
  });
});
