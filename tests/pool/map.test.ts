import { expect, test } from "vitest";
import { PythonError } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { poolOf } from "./pools.js";

const python = bothKinds()[0]?.python.path ?? "";

test("results in the order of the items, from any iterable", async () => {
  const pool = await poolOf({ python });
  async function* source() {
    for (let i = 0; i < 500; i++) yield i;
  }
  expect(await pool.map("echo", source())).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(await pool.map("echo", new Set([3, 1, 2]))).toEqual([3, 1, 2]);
  expect(await pool.map("echo", [])).toEqual([]);
});

test("the source is read only as fast as results are taken", async () => {
  const pool = await poolOf({ python });
  let read = 0;
  function* endless() {
    for (;;) yield read++;
  }
  const taken: unknown[] = [];
  for await (const value of pool.map("echo", endless(), { concurrency: 10 })) {
    taken.push(value);
    expect(read).toBeLessThanOrEqual(taken.length + 10);
    if (taken.length === 100) break;
  }
  expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(pool.stats()).toMatchObject({ queued: 0, running: 0 });
});

test("unordered results come as they are ready", async () => {
  const pool = await poolOf({ python, profile: "thread", threads: 2 });
  expect(await pool.map("sleep", [0.4, 0.01], { ordered: false })).toEqual([0.01, 0.4]);
  expect(await pool.map("sleep", [0.2, 0.01])).toEqual([0.2, 0.01]);
});

test("arguments can be spread, and options hold for every call", async () => {
  const pool = await poolOf({ python });
  expect(await pool.map("add", [[1, 2], [3]], { spread: true, kwargs: { scale: 10 } })).toEqual([30, 40]);
});

test("the first failure stops the rest; settled() goes on", async () => {
  const pool = await poolOf({ python });
  await expect(pool.map("fail", ["a", "b"])).rejects.toBeInstanceOf(PythonError);
  const results = [];
  for await (const result of pool.map("add", [[1, 1], [], [2, 2]], { spread: true }).settled()) {
    results.push(result.status === "fulfilled" ? result.value : result.status);
  }
  expect(results).toEqual([2, "rejected", 4]);
});

test("progress is counted with the total where it is known", async () => {
  const pool = await poolOf({ python });
  const seen: unknown[] = [];
  await pool.map("echo", [1, 2, 3], { onProgress: (progress) => seen.push(progress) });
  expect(seen).toHaveLength(3);
  expect(seen.at(-1)).toEqual({ done: 3, failed: 0, total: 3 });
});
