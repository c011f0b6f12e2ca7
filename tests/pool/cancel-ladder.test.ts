import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CancelStep, type TaskTimeout, WorkerReplaced } from "../../src/index.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

/** Resolves when a task has written to the file. */
async function written(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(5);
}

describe.each(everyWay())("stopping a task, $label", ({ python, profile }) => {
  const options = {
    module: SURVIVAL,
    python: python.path,
    profile,
    workers: 1,
    grace: 50,
    killAfter: 300,
  } as const;

  test.each<[string, CancelStep, boolean]>([
    ["polite", "cooperative", false],
    ["polite_with_cleanup", "interrupted", true],
    ["coroutine", "cooperative", true],
    ["stubborn_coroutine", "interrupted", true],
    ["python_loop", "interrupted", false],
    ["c_loop", "killed", false],
    ["c_loop_without_gil", "killed", false],
    ["blocked_read", "killed", false],
    ["never_opened", "killed", false],
    ["bare_except", "killed", false],
  ])("%s ends: %s", async (name, step, takesPath) => {
    // A step that is to come has little time, those before it have much: a busy machine must not decide.
    const times =
      { cooperative: [5_000, 5_000], interrupted: [100, 10_000], killed: [50, 300] }[step as string] ?? [];
    const pool = await poolOf({ ...options, grace: times[0] ?? 0, killAfter: times[1] ?? 0 });
    const file = `${temporaryFolder()}/marks`;
    const before = await pool.call("pid");
    const handle = pool.push(name, ...(takesPath ? [file] : []));
    await (takesPath ? written(file) : sleep(100));
    expect(await handle.cancel()).toBe(step);
    await expect(handle).rejects.toMatchObject({ code: "TASK_CANCELLED", step, functionName: name });
    const after = await pool.call("pid");
    if (step === "killed") expect(after).not.toBe(before);
    else expect(after).toBe(before);
    if (name === "polite_with_cleanup") expect(readFileSync(file, "utf8")).toBe("here\ncleaned up\n");
    if (name === "coroutine") expect(readFileSync(file, "utf8")).toBe("here\nasyncio cancelled\n");
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0 });
  });

  test("a coroutine that was interrupted does not go on inside the next one's event loop", async () => {
    const pool = await poolOf({ ...options, ...(profile === "thread" ? { threads: 1 } : {}) });
    const file = `${temporaryFolder()}/marks`;
    const handle = pool.push("stubborn_coroutine", file);
    await written(file);
    expect(await handle.cancel()).toBe("interrupted");
    const before = readFileSync(file, "utf8");
    expect(await pool.call("short_coroutine")).toBe("short");
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("a timeout, a signal and close by force take the same steps", async () => {
    const pool = await poolOf(options);
    await expect(pool.call("blocked_read", [], { timeout: 50 })).rejects.toMatchObject({
      code: "TASK_TIMEOUT",
      step: "killed",
    });
    await pool.ready();
    await expect(pool.call("python_loop", [], { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: "TASK_CANCELLED",
      step: "interrupted",
    });
    const stuck = pool.push("c_loop");
    await sleep(50);
    await pool.close({ force: true });
    await expect(stuck).rejects.toMatchObject({ code: "POOL_CLOSED" });
  });

  test("an interrupt does not hit the task that comes next", async () => {
    const pool = await poolOf({ ...options, grace: 1, killAfter: 2_000 });
    for (let round = 0; round < 30; round++) {
      // It ends at about the time of its interrupt.
      const handle = pool.push("slow", round, 0.002);
      const step = handle.cancel();
      expect(await pool.call("slow", ["next", 0])).toBe("next");
      expect(["queued", "cooperative", "interrupted"]).toContain(await step);
    }
  });
});

describe.each(everyWay().filter(({ profile }) => profile === "thread"))(
  "neighbours, $label",
  ({ python }) => {
    const options = {
      module: SURVIVAL,
      python: python.path,
      profile: "thread",
      workers: 1,
      threads: 4,
      grace: 50,
      killAfter: 400,
    } as const;

    test("of a killed task: short ones keep their results, long ones run again if they may, else fail", async () => {
      const pool = await poolOf(options);
      const before = await pool.call("pid");
      const stuck = pool.push("never_opened");
      const short = pool.push("slow", "short", 0.6);
      const long = pool.push("slow", "long", 5);
      const again = pool.submit("slow", ["again", 1], { retry: { idempotent: true } });
      await sleep(50);
      expect(await stuck.cancel()).toBe("killed");
      expect(await pool.call("pid")).not.toBe(before);
      expect(await short).toBe("short");
      expect(short.stats.attempts).toBe(1);
      expect(await failureOf(long)).toBeInstanceOf(WorkerReplaced);
      expect(await again).toBe("again");
      expect(again.stats.attempts).toBe(2);
    });

    test("a deadlock of two locks is reported with both stacks at the deadline", async () => {
      const pool = await poolOf(options);
      const errors = await Promise.all(
        [0, 1].map((order) => failureOf<TaskTimeout>(pool.call("deadlock", [order], { timeout: 300 }))),
      );
      for (const error of errors) {
        expect(error).toMatchObject({ code: "TASK_TIMEOUT", step: "killed", functionName: "deadlock" });
        expect(error.stacks).toHaveLength(2);
        for (const { stack } of error.stacks) expect(stack).toContain("with second:");
        expect(new Set(error.stacks.map(({ thread }) => thread)).size).toBe(2);
      }
    });

    test("a task cancelled while it waits for its turn in an undeclared class leaves the class usable", async () => {
      const pool = await poolOf({ ...options, killAfter: 5_000 });
      const inside = pool.push("Undeclared.work", 0.4);
      await sleep(50);
      const waiting = pool.push("Undeclared.work", 0);
      await sleep(50);
      expect(await waiting.cancel()).toBe("interrupted");
      expect(await inside).toBe(1);
      expect(await pool.call("Undeclared.work", [0], { timeout: 5_000 })).toBe(1);
    });
  },
);
