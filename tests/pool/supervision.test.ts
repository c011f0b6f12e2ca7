import { describe, expect, test } from "vitest";
import { WorkerCrashed } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";

describe.each(bothKinds())("a dying worker on $label", ({ python }) => {
  const one = { python: python.path, profile: "process", workers: 1 } as const;

  test("os._exit fails the call, the next one gets a new worker", async () => {
    const pool = await poolOf(one);
    const error = await failureOf<WorkerCrashed>(pool.call("quit_quietly"));
    expect(error).toBeInstanceOf(WorkerCrashed);
    expect(error.exit).toMatchObject({ exitCode: 0, signal: null });
    expect(await pool.call("add", [1])).toBe(2);
  });

  test("SIGKILL names the signal", async () => {
    const pool = await poolOf(one);
    const pid = await pool.call<number>("pid");
    const handle = pool.push("forever");
    await sleep(50);
    process.kill(pid, "SIGKILL");
    await expect(handle).rejects.toMatchObject({ code: "WORKER_CRASHED", exit: { signal: "SIGKILL", pid } });
    expect(await pool.call("pid")).not.toBe(pid);
  });

  test("a task that may run twice is run again, any other is not", async () => {
    const pool = await poolOf(one);
    const folder = temporaryFolder();
    await expect(pool.call("die_once", [`${folder}/a`])).rejects.toBeInstanceOf(WorkerCrashed);
    const handle = pool.submit("die_once", [`${folder}/b`], { retry: { idempotent: true } });
    expect(await handle).toBe("survived");
    expect(handle.stats.attempts).toBe(2);
  });

  test("a task that kills every worker is given up after the second", async () => {
    const pool = await poolOf(one);
    const handle = pool.submit("quit_quietly", [], { retry: { idempotent: true, attempts: 10 } });
    await expect(handle).rejects.toThrow("not tried again");
    expect(handle.stats.attempts).toBe(2);
    expect(await pool.call("add", [1])).toBe(2);
  });

  test("tasks that wait are not touched by a crash", async () => {
    const pool = await poolOf(one);
    const dying = pool.push("quit_quietly");
    const waiting = Array.from({ length: 50 }, (_, i) => pool.push("echo", i));
    await expect(dying).rejects.toBeInstanceOf(WorkerCrashed);
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
