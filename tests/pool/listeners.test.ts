import { afterEach, expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { poolOf } from "./pools.js";

const python = bothKinds()[0]?.python.path ?? "";
const before = process.listeners("uncaughtException");

afterEach(() => {
  process.removeAllListeners("uncaughtException");
  for (const listener of before) process.on("uncaughtException", listener);
});

test("listeners that throw are the program's uncaught exceptions; the pool's books stay right", async () => {
  const uncaught: string[] = [];
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => uncaught.push(error.message));
  const pool = await poolOf({ python, profile: "process", workers: 1 });
  pool.on("task-failed", () => {
    throw new Error("in task-failed");
  });
  const steps = pool.push("steps", 3).on("progress", ({ done }) => {
    if (done === 2) throw new Error("in progress");
  });
  const failing = pool.push("fail", "x");
  const after = Array.from({ length: 20 }, (_, i) => pool.push("echo", i));
  expect(await steps).toBe(3);
  expect(await failing.wait()).toBe(true);
  expect(await Promise.all(after)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(pool.stats()).toMatchObject({ queued: 0, running: 0, fulfilled: 21, rejected: 1 });
  await pool.close();
  expect(uncaught.sort()).toEqual(["in progress", "in task-failed"]);
});
