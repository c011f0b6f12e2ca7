/** `pool.share`: one memory for all workers, from the side of the user. */
import { readdirSync, readlinkSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  NdArray,
  type NogilError,
  type Pool,
  type Shared,
  SharedMemoryFull,
  WorkerCrashed,
} from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay } from "./profiles.js";

const SHARED = fileURLToPath(new URL("python/shared.py", import.meta.url));
const WITHOUT_MEMFD = fileURLToPath(new URL("python/shared_without_memfd.py", import.meta.url));
/** After more the pool pauses before it starts workers. */
const MOST_DEATHS = 3;
const NOTHING = { arrays: 0, bytes: 0 };

/** Format, shape, read-only, process, inodes of mappings. */
type Description = [string, number[], boolean, number, number[]];

/** Descriptors of shared arrays that this process has open. */
function openHere(): number[] {
  const isShared = (descriptor: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("/memfd:nogil-shared");
    } catch {
      return false;
    }
  };
  return readdirSync("/proc/self/fd").filter(isShared).map(Number);
}

/** Resolves when the workers have forgotten what they kept, and looks at their mappings find none. */
async function unmapped(pool: Pool): Promise<void> {
  const looks = pool.stats().workers.length * 4;
  for (;;) {
    const found = await Promise.all(
      Array.from({ length: looks }, () => pool.call<number[]>("forget_and_look")),
    );
    if (found.flat().length === 0) return;
  }
}

describe.runIf(process.platform === "linux").each(everyWay())(
  "shared arrays, $label",
  ({ python, profile }) => {
    const sizes = profile === "thread" ? { workers: 1, threads: 2 } : { workers: 2 };
    const options = { module: SHARED, python: python.path, profile, ...sizes } as const;

    test("all workers map the one memory, and nobody can write to it", async () => {
      const pool = await poolOf(options);
      await pool.ready();
      const numbers = Float64Array.from({ length: 300_000 }, (_, i) => i);
      const array = await pool.share(numbers);
      numbers.fill(-1);
      // Not even this process, which has it open for writing.
      for (const descriptor of openHere()) expect(() => writeSync(descriptor, "x", 0)).toThrow("EPERM");
      expect(openHere()).toHaveLength(1);
      expect(await pool.call("gil")).toBe(!python.freeThreadedBuild);
      const seen = new Map<number, number[]>();
      while (seen.size < sizes.workers) {
        const looks = Array.from({ length: 8 }, () => pool.call<Description>("describe", [array]));
        for (const [format, shape, readonly, pid, inodes] of await Promise.all(looks)) {
          expect([format, shape, readonly]).toEqual(["d", [300_000], true]);
          seen.set(pid, inodes);
        }
      }
      expect(new Set([...seen.values()].flat()).size).toBe(1);
      expect(await pool.call("read", [array, 299_999])).toBe(299_999);
      expect(await failureOf(pool.call("write", [array, 0, 1]))).toMatchObject({ type: "TypeError" });
      expect((await array.read<Float64Array>())[299_999]).toBe(299_999);
      expect(pool.stats().shared).toEqual({ arrays: 1, bytes: 2_400_000 });
    });

    test("shapes and bytes; a result that is the array is the handle, a part of it a copy", async () => {
      const pool = await poolOf(options);
      const matrix = await pool.share(new NdArray(Int16Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
      const bytes = await pool.share(Buffer.from("abc"));
      const empty = await pool.share(new Float32Array());
      expect((await pool.call<Description>("describe", [matrix])).slice(0, 3)).toEqual(["h", [2, 3], true]);
      expect((await pool.call<Description>("describe", [bytes])).slice(0, 3)).toEqual(["B", [3], true]);
      expect((await pool.call<Description>("describe", [empty])).slice(0, 2)).toEqual(["f", [0]]);
      expect(await pool.call("echo", [matrix])).toBe(matrix);
      const nested = await pool.call<Record<string, unknown>>("echo", [{ all: [bytes, matrix] }]);
      expect((nested.all as unknown[])[0]).toBe(bytes);
      expect((nested.all as unknown[])[1]).toBe(matrix);
      expect(await pool.call("part", [bytes])).toEqual(Buffer.from("bc"));
      expect(await matrix.read()).toEqual(new NdArray(Int16Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
      expect(await bytes.read()).toEqual(Buffer.from("abc"));
    });

    test("a writable one is written by one worker and read by the others and here", async () => {
      const pool = await poolOf(options);
      const array = await pool.share(new Int32Array(4), { writable: true });
      await Promise.all([0, 1, 2, 3].map((i) => pool.call("write", [array, i, i * i])));
      expect(await array.read()).toEqual(Int32Array.of(0, 1, 4, 9));
      expect(await Promise.all([0, 1, 2, 3].map((i) => pool.call("read", [array, i])))).toEqual([0, 1, 4, 9]);
    });

    test("it outlives the workers, the one that made the memory included", async () => {
      const pool = await poolOf(options);
      await pool.ready();
      const array = await pool.share(Float64Array.of(1, 2, 3));
      for (let death = 0; death < sizes.workers; death++) {
        expect(await failureOf(pool.call("die", [array]))).toBeInstanceOf(WorkerCrashed);
      }
      expect(await pool.call("read", [array, 2])).toBe(3);
      expect(await array.read()).toEqual(Float64Array.of(1, 2, 3));
    });

    test("what Python keeps stays valid when it is freed, then is an ordinary array", async () => {
      const pool = await poolOf({ ...options, workers: 1 });
      const array = await pool.share(new Int32Array(1_000).fill(2));
      await pool.call("keep", [array]);
      array.free();
      array.free();
      expect([array.isFreed, pool.stats().shared]).toEqual([true, NOTHING]);
      expect(await pool.call("kept_sum")).toBe(2_000);
      expect(await pool.call("give_kept")).toEqual(new Int32Array(1_000).fill(2));
      expect(await failureOf(pool.call("read", [{ deep: [array] }, 0]))).toMatchObject({
        code: "NOT_SENDABLE",
        path: "arguments[0].deep[0]",
      });
      expect(await failureOf(array.read())).toMatchObject({ code: "SHARED_FREED" });
      await unmapped(pool);
    });

    test("freed with a call under way: a result or an error, and the next call works", async () => {
      const pool = await poolOf(options);
      for (let round = 0; round < 5; round++) {
        const array = await pool.share(Int32Array.of(7));
        const calls = Array.from({ length: 6 }, () => pool.call("read", [array, 0]));
        if (round % 2) await calls[0];
        array.free();
        for (const end of await Promise.allSettled(calls)) {
          if (end.status === "fulfilled") expect(end.value).toBe(7);
          else expect(end.reason).toMatchObject({ code: "NOT_SENDABLE" });
        }
      }
      await unmapped(pool);
      expect(openHere()).toEqual([]);
    });
  },
);

describe("limits", () => {
  test("over maxSharedBytes it says so, and freed bytes can be had again", async () => {
    const pool = await poolOf({ module: SHARED, maxSharedBytes: 1_000 });
    const first = await pool.share(new Uint8Array(800));
    const failure = await failureOf<SharedMemoryFull>(pool.share(new Uint8Array(300)));
    expect(failure).toBeInstanceOf(SharedMemoryFull);
    expect(failure.message).toContain("maxSharedBytes = 1000");
    first.free();
    await pool.share(new Uint8Array(300));
    expect(pool.stats().shared).toEqual({ arrays: 1, bytes: 300 });
  });

  test("wrong values and options are named; a closed pool shares nothing and has freed all", async () => {
    const pool = await poolOf({ module: SHARED });
    expect(await failureOf(pool.share([1, 2] as never))).toMatchObject({ code: "INVALID_OPTION" });
    const wrong = pool.share(new Uint8Array(1), { writable: 1 as never });
    expect(await failureOf(wrong)).toMatchObject({ option: "writable" });
    const array = await pool.share(new Uint8Array(10));
    await pool.close();
    expect(array.isFreed).toBe(true);
    expect(await failureOf(pool.share(new Uint8Array(1)))).toMatchObject({ code: "POOL_CLOSED" });
  });
});

test("a handle that is forgotten is freed by the garbage collector", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const pool = await poolOf({ module: SHARED });
  const use = async () => pool.call("read", [await pool.share(Int32Array.of(5)), 0]);
  expect(await use()).toBe(5);
  while (pool.stats().shared.arrays > 0) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(pool.stats().shared).toEqual(NOTHING);
});

test("without memfd_create the same API copies", async () => {
  const pool = await poolOf({ module: WITHOUT_MEMFD, workers: 1, threads: 1 });
  const array = await pool.share(Float64Array.from({ length: 20_000 }, (_, i) => i));
  expect(await pool.call("read", [array, 19_999])).toBe(19_999);
  expect(await pool.call("echo", [array])).toBe(array);
  expect(await failureOf(pool.call("write", [array, 0, 1]))).toMatchObject({ type: "TypeError" });
  expect((await array.read<Float64Array>())[19_999]).toBe(19_999);
  expect(await failureOf(pool.share(new Uint8Array(1), { writable: true }))).toMatchObject({
    code: "UNSUPPORTED",
  });
  await pool.call("keep", [array]);
  array.free();
  expect(await pool.call("kept_sum")).toBe((19_999 * 20_000) / 2);
});

test("random calls with random lifetimes and kills leave nothing shared, mapped or open", async () => {
  const pool = await poolOf({ module: SHARED, workers: 2 });
  const held: Shared[] = [];
  let deaths = 0;
  const step = fc.record({
    order: fc.constantFrom("echo", "read", "keep", "forget", "fail", "read", "echo"),
    size: fc.integer({ min: 1, max: 50_000 }),
    pick: fc.nat(),
    lifetime: fc.constantFrom("use", "share", "free"),
    waits: fc.boolean(),
  });
  const kill = fc.constant("die" as const);
  const steps = fc.array(fc.oneof({ weight: 60, arbitrary: step }, { weight: 1, arbitrary: kill }), {
    minLength: 30,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (orders) => {
      const under: Promise<unknown>[] = [];
      for (const order of orders) {
        if (held.length === 0) held.push(await pool.share(Int32Array.of(1)));
        if (order === "die") {
          if (deaths++ >= MOST_DEATHS) continue;
          under.push(pool.call("settle", [held[0], "die"]).catch(() => {}));
          continue;
        }
        if (order.lifetime === "share")
          held.push(await pool.share(new Int32Array(order.size).fill(order.size)));
        const array = held[order.pick % held.length] as Shared;
        const size = array.byteLength / 4;
        const call = pool.call<number | Shared | Int32Array>("settle", [array, order.order]).then(
          (value) => {
            // Freed meanwhile, it may come back as an ordinary array.
            if (value instanceof Int32Array) expect([array.isFreed, value.length]).toEqual([true, size]);
            else expect(value).toBe(order.order === "echo" ? array : size);
          },
          (error: NogilError) =>
            expect(["PYTHON_ERROR", "NOT_SENDABLE", "WORKER_CRASHED"]).toContain(error.code),
        );
        under.push(call);
        if (order.waits) await call;
        if (order.lifetime === "free")
          for (const gone of held.splice(order.pick % held.length, 1)) gone.free();
      }
      await Promise.all(under);
    }),
    { numRuns: 6, endOnFailure: true },
  );
  for (const array of held) array.free();
  expect(pool.stats().shared).toEqual(NOTHING);
  expect(openHere()).toEqual([]);
  await unmapped(pool);
});
