import { describe, expect, test } from "vitest";
import { createPool, WorkerStartFailed } from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

describe.each(everyWay())("initialisers, $label", ({ python, profile }) => {
  const options = { module: SURVIVAL, python: python.path, profile, workers: 1, output: "events" } as const;
  const threads = profile === "thread" ? 3 : 1;

  test("one runs once in each worker, one in each thread, before the first task; so again in a replacement", async () => {
    const pool = await poolOf({
      ...options,
      threads,
      initializer: "begin",
      threadInitializer: "begin_thread",
    });
    expect(await Promise.all(Array.from({ length: 9 }, () => pool.call("beginnings")))).toEqual(
      Array.from({ length: 9 }, () => [1, threads, true]),
    );
    process.kill(await pool.call<number>("pid"), "SIGKILL");
    await new Promise((resolve) => pool.once("worker-exited", resolve));
    expect(await pool.call("beginnings")).toEqual([1, threads, true]);
  });

  test.each(["initializer", "threadInitializer"] as const)(
    "%s that raises: createPool fails and says why",
    async (which) => {
      const error = await failureOf<WorkerStartFailed>(
        createPool({ ...options, threads, [which]: "raising" }),
      );
      expect(error).toBeInstanceOf(WorkerStartFailed);
      expect(error.message).toContain(`${which} "raising" failed: ValueError: no licence`);
    },
  );

  test.each(["initializer", "threadInitializer"] as const)(
    "%s that hangs: createPool fails after startTimeout and names it",
    async (which) => {
      const start = createPool({ ...options, threads, startTimeout: 500, [which]: "hanging" });
      const error = await failureOf<WorkerStartFailed>(start);
      expect(error).toBeInstanceOf(WorkerStartFailed);
      expect(error.message).toContain("hanging");
      expect(error.message).toContain("startTimeout");
    },
  );

  test("one that does not exist", async () => {
    const start = createPool({ ...options, initializer: "begn" });
    await expect(start).rejects.toThrow("did you mean begin");
  });
});
