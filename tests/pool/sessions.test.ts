import { describe, expect, test } from "vitest";
import { type Handle, InvalidOption, PoolClosed, SessionLost, TaskCancelled } from "../../src/index.js";
import { poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

describe.each(everyWay())("sessions, $label", ({ python, profile }) => {
  const options = {
    module: SURVIVAL,
    python: python.path,
    profile,
    workers: 2,
    threads: profile === "thread" ? 2 : 1,
  } as const;
  const oneThread = { ...options, threads: 1 } as const;

  test("what one call leaves in Python is there for the next, on one worker", async () => {
    const pool = await poolOf(options);
    await pool.ready();
    const sessions = ["ann", "bob", "cyd"].map((key) => pool.session(key));
    const homes = await Promise.all(
      sessions.map((session) => session.call<number>("remember", [session.key, 1])),
    );
    expect(new Set(homes).size).toBe(2);
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(sessions.map((session) => session.call("recall", [session.key])));
      expect(answers).toEqual(homes.map((home) => [1, home]));
    }
    expect(sessions.map((session) => session.worker)).toEqual(homes);
    expect(pool.session("ann")).toBe(sessions[0]);
  });

  test("hint: another worker takes over when this one dies, for all its later calls alike", async () => {
    const pool = await poolOf(options);
    await pool.ready();
    const session = pool.session("ann");
    const first = await session.call<number>("pid");
    process.kill(first, "SIGKILL");
    const pids = await Promise.all(
      Array.from({ length: 20 }, () => session.call<number>("pid", [], { retry: { idempotent: true } })),
    );
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).not.toBe(first);
  });

  test("strict: a session whose worker died is lost, in calls that wait and in later ones", async () => {
    const pool = await poolOf(oneThread);
    await pool.ready();
    const session = pool.session("ann", { mode: "strict" });
    const first = await session.call<number>("pid");
    const running = session.submit("slow", [1, 30], { retry: { idempotent: true } });
    const waiting = session.push("pid");
    await sleep(50);
    process.kill(first, "SIGKILL");
    await expect(running).rejects.toBeInstanceOf(SessionLost);
    await expect(waiting).rejects.toMatchObject({ code: "SESSION_LOST", session: "ann" });
    await expect(session.call("pid")).rejects.toThrow("open a new session");
    expect(session.isLost).toBe(true);
    expect(await pool.session("ann", { mode: "strict" }).call("pid")).not.toBe(first);
    expect(await pool.call("pid")).not.toBe(first);
  });

  test("calls made while no worker is there wait, and all go to the same one", async () => {
    const pool = await poolOf(options);
    await pool.ready();
    const gone = new Promise<void>((resolve) => {
      let left = 2;
      pool.on("worker-exited", () => --left === 0 && resolve());
    });
    for (const { pid } of pool.stats().workers) process.kill(pid ?? 0, "SIGKILL");
    await gone;
    expect(pool.stats().workers).toEqual([]);
    const session = pool.session("ann", { mode: "strict" });
    const calls = Array.from({ length: 30 }, (_, i) => session.push<number>("remember", `${i}`, i));
    expect(pool.stats().queued).toBe(30);
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(await session.call("recall", ["7"])).toEqual([7, session.worker]);
  });

  test("closing a session: calls under way go on, also when their worker dies, new ones are refused", async () => {
    const pool = await poolOf({ ...oneThread, profile: "process" });
    await pool.ready();
    const session = pool.session("ann");
    const first = await session.call<number>("pid");
    const options_ = { retry: { idempotent: true } };
    const handles: Handle[] = [session.submit("slow", [1, 0.2], options_)];
    for (let i = 0; i < 5; i++) handles.push(session.submit("slow", [i, 0], options_));
    session.close();
    process.kill(first, "SIGKILL");
    expect(await Promise.all(handles)).toEqual([1, 0, 1, 2, 3, 4]);
    expect(() => session.push("pid")).toThrow(PoolClosed);
    expect(pool.session("ann")).not.toBe(session);
  });

  test("a session's calls can be cancelled while they wait", async () => {
    const pool = await poolOf(oneThread);
    const file = `${temporaryFolder()}/ran`;
    const session = pool.session("ann");
    const first = session.push("slow", 1, 0.2);
    const waiting = session.push("mark", file, "ran");
    expect(await waiting.cancel()).toBe("queued");
    await expect(waiting).rejects.toBeInstanceOf(TaskCancelled);
    expect(await first).toBe(1);
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0 });
  });
});

describe("sessions that are refused", () => {
  const [way] = everyWay();
  const options = { module: SURVIVAL, python: way?.python.path ?? "", profile: "process" } as const;

  test("strict with one worker that is recycled contradicts itself", async () => {
    const pool = await poolOf({ ...options, workers: 1, recycle: { tasks: 10 } });
    expect(() => pool.session("ann", { mode: "strict" })).toThrow(InvalidOption);
    expect(() => pool.session("ann", { mode: "strict" })).toThrow("recycles its only worker");
    expect(await pool.session("ann").call("pid")).toBeGreaterThan(0);
  });

  test("an unknown mode, another mode for an open session, a key that is no text, a closed pool", async () => {
    const pool = await poolOf({ ...options, workers: 1 });
    expect(() => pool.session("ann", { mode: "loose" as never })).toThrow('"mode"');
    expect(() => pool.session(5 as never)).toThrow('"key"');
    expect(() => pool.session("")).toThrow('"key"');
    pool.session("ann");
    expect(() => pool.session("ann", { mode: "strict" })).toThrow("as the open session");
    await pool.close();
    expect(() => pool.session("new")).toThrow(PoolClosed);
  });
});
