import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CancelStep, type TaskTimeout, WorkerReplaced } from "../../src/index.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

/** Resolves when a task has written to the file. */
async function written(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(5);
}

// A step that is to come has little time, those before it have much: a busy machine must not decide.
const TIMES = {
  queued: {},
  cooperative: { grace: 20_000, killAfter: 20_000 },
  interrupted: { grace: 50, killAfter: 20_000 },
  killed: { grace: 50, killAfter: 300 },
} as const;

describe.each(everyWay())("stopping a task, $label", ({ python, profile }) => {
  const options = { module: SURVIVAL, python: python.path, profile, workers: 1 } as const;

  test.each<[string, CancelStep]>([
    ["polite", "cooperative"],
    ["polite_with_cleanup", "interrupted"],
    ["coroutine", "cooperative"],
    ["stubborn_coroutine", "interrupted"],
    ["python_loop", "interrupted"],
    ["c_loop", "killed"],
    ["c_loop_without_gil", "killed"],
    ["blocked_read", "killed"],
    ["never_opened", "killed"],
    ["bare_except", "killed"],
  ])("%s ends: %s", async (name, step) => {
    const pool = await poolOf({ ...options, ...TIMES[step] });
    const file = `${temporaryFolder()}/marks`;
    const before = await pool.call("pid");
    const handle = pool.push(name, file);
    await written(file);
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
    const threads = profile === "thread" ? { threads: 1 } : {};
    const pool = await poolOf({ ...options, ...TIMES.interrupted, ...threads });
    const file = `${temporaryFolder()}/marks`;
    const handle = pool.push("stubborn_coroutine", file);
    await written(file);
    expect(await handle.cancel()).toBe("interrupted");
    const before = readFileSync(file, "utf8");
    expect(await pool.call("short_coroutine")).toBe("short");
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("a timeout takes the same steps", async () => {
    const pool = await poolOf({ ...options, ...TIMES.killed });
    await expect(pool.call("blocked_read", [], { timeout: 50 })).rejects.toMatchObject({
      code: "TASK_TIMEOUT",
      step: "killed",
    });
  });

  test("a signal and close by force take the same steps", async () => {
    const pool = await poolOf({ ...options, ...TIMES.interrupted });
    const folder = temporaryFolder();
    const abort = new AbortController();
    const aborted = failureOf(pool.call("python_loop", [`${folder}/loop`], { signal: abort.signal }));
    await written(`${folder}/loop`);
    abort.abort();
    expect(await aborted).toMatchObject({ code: "TASK_CANCELLED", step: "interrupted" });
    const stuck = pool.push("c_loop", `${folder}/stuck`);
    await written(`${folder}/stuck`);
    await pool.close({ force: true });
    await expect(stuck).rejects.toMatchObject({ code: "POOL_CLOSED" });
  });

  test("an interrupt does not hit the task that comes next", async () => {
    const pool = await poolOf({ ...options, grace: 1, killAfter: 20_000 });
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
    } as const;

    test("of a killed task: short ones keep their results, long ones run again if they may, else fail", async () => {
      // The worker goes killAfter milliseconds after it was given up: between 2 and 4 s the short one ends.
      const pool = await poolOf({ ...options, grace: 50, killAfter: 2_000 });
      const folder = temporaryFolder();
      const before = await pool.call("pid");
      const stuck = pool.push("never_opened", `${folder}/stuck`);
      const short = pool.push("marked_wait", `${folder}/short`, "short", 2.8);
      const long = pool.push("marked_wait", `${folder}/long`, "long", 600);
      const again = pool.submit("waits_the_first_time", [`${folder}/again`], { retry: { idempotent: true } });
      for (const name of ["stuck", "short", "long", "again"]) await written(`${folder}/${name}`);
      expect(await stuck.cancel()).toBe("killed");
      expect(await pool.call("pid")).not.toBe(before);
      expect(await short).toBe("short");
      expect(short.stats.attempts).toBe(1);
      expect(await failureOf(long)).toBeInstanceOf(WorkerReplaced);
      expect(await again).toBe("again");
      expect(again.stats.attempts).toBe(2);
    });

    test("a deadlock of two locks is reported with both stacks at the deadline", async () => {
      const pool = await poolOf({ ...options, ...TIMES.killed });
      const errors = await Promise.all(
        [0, 1].map((order) => failureOf<TaskTimeout>(pool.call("deadlock", [order], { timeout: 1_500 }))),
      );
      for (const error of errors) {
        expect(error).toMatchObject({ code: "TASK_TIMEOUT", step: "killed", functionName: "deadlock" });
        expect(error.stacks).toHaveLength(2);
        for (const { stack } of error.stacks) expect(stack).toContain("with second:");
        expect(new Set(error.stacks.map(({ thread }) => thread)).size).toBe(2);
      }
    });

    test("a task cancelled while it waits for its turn in an undeclared class leaves the class usable", async () => {
      const pool = await poolOf({ ...options, ...TIMES.interrupted });
      const folder = temporaryFolder();
      const inside = pool.push("Undeclared.work_until", `${folder}/begun`, `${folder}/end`);
      await written(`${folder}/begun`);
      const waiting = pool.push("Undeclared.work", 0);
      await sleep(1_000);
      const step = waiting.cancel();
      // The interrupt comes after the grace; it takes effect when the wait for the turn ends.
      await sleep(1_000);
      writeFileSync(`${folder}/end`, "");
      expect(await step).toBe("interrupted");
      expect(await inside).toBe(1);
      expect(await pool.call("Undeclared.work", [0])).toBe(1);
    });
  },
);
