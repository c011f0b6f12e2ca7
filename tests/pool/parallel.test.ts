import { describe, expect, test } from "vitest";
import type { Handle } from "../../src/index.js";
import { bothKinds, freeThreaded, withGil } from "../interpreters.js";
import { poolOf } from "./pools.js";

/** The largest number of tasks that ran at one moment, by the times Python reported. */
function mostAtOnce(handles: readonly Handle[]): number {
  const edges = handles.flatMap(({ stats }) => [
    { at: stats.startedAt ?? 0, change: 1 },
    { at: stats.endedAt ?? 0, change: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of edges) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

describe.each(bothKinds())("on $label", ({ python }) => {
  test("processes run tasks at the same time", async () => {
    const pool = await poolOf({ python: python.path, profile: "process", workers: 2 });
    await pool.ready();
    const handles = Array.from({ length: 4 }, () => pool.push("busy", 0.1));
    await Promise.all(handles);
    expect(mostAtOnce(handles)).toBe(2);
    expect(new Set(handles.map((handle) => handle.stats.worker)).size).toBe(2);
  });

  test("threads run waiting tasks at the same time, with and without the GIL", async () => {
    const pool = await poolOf({ python: python.path, profile: "thread", threads: 8 });
    const handles = Array.from({ length: 8 }, () => pool.push("sleep", 0.2));
    await Promise.all(handles);
    expect(mostAtOnce(handles)).toBe(8);
    expect(new Set(handles.map((handle) => handle.stats.worker)).size).toBe(1);
  });
});

/** Few enough that a busy machine gets through, far too many with a GIL that is kept for 100 s. */
const ROUNDS = 20;

describe("two tasks that take turns while both compute", () => {
  const options = { profile: "thread", threads: 2, grace: 10, killAfter: 50 } as const;

  test.runIf(freeThreaded())(
    "come to their end without the GIL: Python code runs on two cores at once",
    async () => {
      const pool = await poolOf({ ...options, python: freeThreaded()?.path ?? "" });
      const turns = [0, 1].map((me) => pool.push("alternate", me, ROUNDS));
      expect(await Promise.all(turns)).toEqual([ROUNDS, ROUNDS]);
      expect(mostAtOnce(turns)).toBe(2);
    },
  );

  test("cannot with the GIL", async () => {
    const pool = await poolOf({ ...options, python: withGil().path });
    const turns = [0, 1].map((me) => pool.submit("alternate", [me, ROUNDS], { timeout: 500 }));
    const results = await Promise.allSettled(turns);
    expect(results.map(({ status }) => status)).toContain("rejected");
  });
});

test.runIf(freeThreaded())("auto means threads where the GIL is off after the imports", async () => {
  const pool = await poolOf({ python: freeThreaded()?.path ?? "" });
  expect(pool.profile).toBe("thread");
  expect(pool.profileReason).toContain("without the GIL");
});

test("auto means processes on a build with the GIL, and says why once", async () => {
  const warnings: Error[] = [];
  const listener = (warning: Error) => warnings.push(warning);
  process.on("warning", listener);
  const pool = await poolOf({ python: withGil().path, workers: 2 });
  await pool.ready();
  process.off("warning", listener);
  expect(pool.profile).toBe("process");
  expect(warnings.filter((warning) => warning.name === "NogilWarning").map(String)).toEqual([
    expect.stringContaining("built with the GIL"),
  ]);
});

test.runIf(freeThreaded())("auto means processes when the GIL was switched on for the process", async () => {
  const pool = await poolOf({ python: freeThreaded()?.path ?? "", env: { PYTHON_GIL: "1" }, workers: 2 });
  await pool.ready();
  expect(pool.profile).toBe("process");
  expect(pool.profileReason).toContain("PYTHON_GIL");
  const handles = Array.from({ length: 4 }, () => pool.push("busy", 0.1));
  await Promise.all(handles);
  expect(mostAtOnce(handles)).toBe(2);
});
