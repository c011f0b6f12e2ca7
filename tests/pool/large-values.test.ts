/** Values from 64 KiB on, which go through shared memory where there is any (src/wire/regions.ts). */
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Pool, WorkerCrashed } from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay } from "./profiles.js";

const LARGE = fileURLToPath(new URL("python/large.py", import.meta.url));
const WITHOUT_MEMFD = fileURLToPath(new URL("python/large_without_memfd.py", import.meta.url));
const hasRegions = process.platform === "linux";

function numbers(count: number, first: number): Float64Array {
  const array = new Float64Array(count);
  for (let i = 0; i < count; i++) array[i] = first + i;
  return array;
}

/** Compared as bytes: a matcher that walks 400,000 numbers takes seconds. */
function same(left: unknown, right: Float64Array): boolean {
  return (
    left instanceof Float64Array &&
    Buffer.compare(
      new Uint8Array(left.buffer, left.byteOffset, left.byteLength),
      new Uint8Array(right.buffer),
    ) === 0
  );
}

/** Regions of workers that this process has open. */
function openRegions(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("/memfd:nogil");
    } catch {
      return false;
    }
  }).length;
}

/** Bytes of each region that the only worker has made. */
function regionSizes(pool: Pool): number[] {
  const folder = `/proc/${pool.stats().workers[0]?.pid}/fd`;
  const files = readdirSync(folder)
    .map((descriptor) => `${folder}/${descriptor}`)
    .filter((path) => readlinkSync(path).startsWith("/memfd:nogil"))
    .map((path) => statSync(path));
  return [...new Map(files.map(({ ino, size }) => [ino, size])).values()];
}

/** Gives the memory of an array to another one, as `postMessage` does. */
function transfer(array: Float64Array): void {
  structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });
}

describe.each(everyWay())("large values, $label", ({ python, profile }) => {
  const options = { module: LARGE, python: python.path, profile, workers: 1, threads: 1 } as const;

  test("arrays of any size come back as they went, one after the other and many at once", async () => {
    const pool = await poolOf(options);
    const sizes = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, async (counts) => {
        const arrays = counts.map((count, i) => numbers(count, i));
        const answers = await Promise.all(arrays.map((array) => pool.call("echo", [array])));
        for (const [i, array] of arrays.entries()) expect(same(answers[i], array)).toBe(true);
      }),
      { numRuns: 15 },
    );
    if (!hasRegions) return;
    const large = numbers(1_000_000, 3);
    for (let round = 0; round < 2; round++) expect(same(await pool.call("echo", [large]), large)).toBe(true);
    const bytes = regionSizes(pool);
    expect(bytes).toHaveLength(2);
    for (const size of bytes) expect(size).toBeGreaterThanOrEqual(large.byteLength);
  });

  test("an array that is transferred before it was sent fails its call, and no other", async () => {
    const pool = await poolOf(options);
    await pool.call("echo", [numbers(100_000, 0)]);
    // By socket and copied to the frame's chunk, by socket behind another large call, and by region.
    for (const count of [1_000, 20_000, 100_000, 2_000_000]) {
      const kept = numbers(count, 1);
      const lost = numbers(count, 2);
      const calls = [kept, lost, kept].map((array) => pool.call<Float64Array>("echo", [array]));
      const alone = numbers(count, 3);
      calls.push(pool.call<Float64Array>("echo", [[alone]]));
      transfer(lost);
      transfer(alone);
      const ends = await Promise.allSettled(calls);
      expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
      expect(ends[1]).toMatchObject({ reason: { code: "NOT_SENDABLE" } });
      const first = numbers(count, 4);
      const inRegion = pool.call("echo", [first]);
      transfer(first);
      expect(await failureOf(inRegion)).toMatchObject({ code: "NOT_SENDABLE" });
      expect(same(await pool.call("echo", [kept]), kept)).toBe(true);
    }
    if (hasRegions) expect(regionSizes(pool)).toHaveLength(2);
  });

  test("several arrays in one call, and bytes of Python's", async () => {
    const pool = await poolOf(options);
    for (let round = 0; round < 4; round++) {
      const [first, second] = [numbers(30_000, round), new Int32Array(50_001).fill(round)];
      expect(await pool.call("total", [first, second, first])).toBe(4 * round + 2 * (29_999 + round) + 0);
      const bytes = await pool.call<Buffer>("make", [3_000_000 + round, round]);
      expect(bytes.equals(Buffer.alloc(3_000_000 + round, round))).toBe(true);
    }
  });

  test("what user code keeps stays as it was", async () => {
    const pool = await poolOf(options);
    const expected: unknown[] = [];
    for (let round = 1; round <= 6; round++) {
      const array = numbers(40_000 * round, round);
      await pool.call(round % 2 ? "keep" : "keep_and_return", [array]);
      const strided = array.filter((_, i) => i % 997 === 0).reduce((sum, number) => sum + number, 0);
      expected.push([array[0], array.at(-1), strided]);
      await pool.call("echo", [numbers(50_000, -round)]);
    }
    expect(await pool.call("kept_ends")).toEqual(expected);
    await pool.call("forget");
    expect(same(await pool.call("echo", [numbers(50_000, 5)]), numbers(50_000, 5))).toBe(true);
  });

  test("Python's changes of an argument do not reach the caller's array", async () => {
    const pool = await poolOf(options);
    for (let round = 0; round < 4; round++) {
      const array = numbers(100_000, 1);
      const answer = await pool.call<Float64Array>("negate", [array]);
      expect(answer[997]).toBe(-998);
      expect(array[997]).toBe(998);
    }
  });

  test("with strict checks a call fails whose array is written to before it was sent", async () => {
    const pool = await poolOf({ ...options, safetyChecks: "strict" });
    await pool.call("echo", [numbers(100_000, 0)]);
    for (const count of [1_000, 100_000, 2_000_000]) {
      const array = numbers(count, 1);
      const call = pool.call("echo", [array]);
      array[count - 1] = -1;
      expect(await failureOf(call)).toMatchObject({ code: "NOT_SENDABLE" });
      expect(same(await pool.call("echo", [array]), array)).toBe(true);
    }
  });

  test("an exception of a call with a large argument harms nothing", async () => {
    const pool = await poolOf(options);
    for (let round = 0; round < 4; round++) {
      await expect(pool.call("fail", [numbers(20_000, 0)])).rejects.toMatchObject({ type: "ValueError" });
      expect(same(await pool.call("echo", [numbers(20_000, round)]), numbers(20_000, round))).toBe(true);
    }
  });

  test("a worker that dies with a large argument leaves no file open", async () => {
    const pool = await poolOf(options);
    const before = openRegions();
    for (let round = 0; round < 3; round++) {
      for (let call = 0; call < 3; call++) await pool.call("echo", [numbers(200_000, call)]);
      if (hasRegions) expect(openRegions()).toBe(before + 2);
      const array = numbers(2_000_000, 0);
      const failures = await Promise.all([
        failureOf(pool.call("die", [array])),
        failureOf(pool.call("echo", [array])).catch(() => undefined),
      ]);
      expect(failures[0]).toBeInstanceOf(WorkerCrashed);
    }
    await pool.close();
    expect(openRegions()).toBe(before);
  });
});

test("without memfd_create everything travels by socket", async () => {
  const pool = await poolOf({ module: WITHOUT_MEMFD, workers: 1, threads: 1 });
  for (let round = 0; round < 4; round++) {
    expect(same(await pool.call("echo", [numbers(300_000, round)]), numbers(300_000, round))).toBe(true);
  }
  expect(await pool.call("uses_shared_memory")).toBe(0);
});
