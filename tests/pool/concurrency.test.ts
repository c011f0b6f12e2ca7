/** How many tasks of a function run at once: fixed numbers, and what the controller finds. Directions, not times. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { InvalidOption, type Pool, type PoolEvents, type PoolOptions } from "../../src/index.js";
import { bothKinds, freeThreaded } from "../interpreters.js";
import { poolOf, sleep } from "./pools.js";

const LOADS = fileURLToPath(new URL("python/loads.py", import.meta.url));
const NO_PROC = fileURLToPath(new URL("python/no_proc.py", import.meta.url));
/** The machine may be busy with other work: evidence is waited for. */
const PATIENCE_MS = 120_000;
const CALLERS = 80;

type LimitChanged = PoolEvents["limit-changed"][0];

const loads = (options: Partial<PoolOptions>) => poolOf({ module: LOADS, ...options });

/** Keeps callers busy until `isEnough`, and gives the changes of the limit. */
async function drive(pool: Pool, name: string, args: unknown[], isEnough: () => boolean, callers = CALLERS) {
  const changes: LimitChanged[] = [];
  pool.on("limit-changed", (change) => changes.push(change));
  let isOver = false;
  const caller = async () => {
    while (!isOver) await pool.call(name, args).catch(() => {});
  };
  const running = Array.from({ length: callers }, caller);
  const until = performance.now() + PATIENCE_MS;
  while (!isEnough() && performance.now() < until) await sleep(50);
  isOver = true;
  const stats = pool.stats().concurrency?.[name];
  await Promise.all(running);
  return { changes, stats };
}

async function eventually(isTrue: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!isTrue() && performance.now() < until) await sleep(20);
}

const limitOf = (pool: Pool, name: string) => pool.stats().concurrency?.[name]?.limit ?? 0;
const kneeOf = (pool: Pool, name: string) => pool.stats().concurrency?.[name]?.knee;

describe.each(bothKinds())("concurrency: auto on $label", ({ python }) => {
  test("goes far above the number of cores for tasks that wait, and starts the threads for it", async () => {
    const pool = await loads({ python: python.path, profile: "thread", threads: "auto" });
    const threads = pool.stats().workers[0]?.threads ?? 0;
    const hasMore = () => (pool.stats().workers[0]?.threads ?? 0) > threads;
    const isCalm = () => {
      const { vetoes, betaIo } = pool.stats().concurrency?.wait ?? {};
      return vetoes?.length === 0 && betaIo !== undefined;
    };
    const { changes, stats } = await drive(
      pool,
      "wait",
      [0.01],
      () => limitOf(pool, "wait") >= 24 && hasMore() && isCalm(),
    );
    expect(stats?.limit).toBeGreaterThanOrEqual(24);
    expect(hasMore()).toBe(true);
    expect(changes.every(({ reason, functionName }) => reason !== "" && functionName === "wait")).toBe(true);
    expect(stats).toMatchObject({ sensing: "full", vetoes: [] });
    expect(stats?.betaIo).toBeGreaterThan(0.8);
  });

  test("goes by throughput and clocks where there is no /proc, and says so", async () => {
    const pool = await poolOf({
      module: NO_PROC,
      python: python.path,
      profile: "thread",
      concurrency: "auto",
    });
    const { stats } = await drive(pool, "wait", [0.01], () => limitOf(pool, "wait") >= 16);
    expect(stats?.limit).toBeGreaterThanOrEqual(16);
    expect(stats).toMatchObject({ sensing: "clocks", shares: undefined, betaIo: undefined });
  });

  // Beside other programs more threads do get more of the processors: tried again where others were busy.
  test("does not run computing tasks on many more threads than there are cores", { retry: 3 }, async () => {
    const pool = await loads({ python: python.path, profile: "thread", concurrency: "auto" });
    const cores = pool.stats().workers[0]?.threads ?? 0;
    const { stats } = await drive(pool, "compute", [], () => kneeOf(pool, "compute") !== undefined);
    expect(stats?.knee).toBeGreaterThanOrEqual(1);
    expect(stats?.knee).toBeLessThanOrEqual(cores + 1);
  });

  test("processes too are started for tasks that wait", async () => {
    const pool = await loads({ python: python.path, profile: "process", workers: "auto", maxThreads: 8 });
    await pool.ready();
    const before = pool.stats().workers.length;
    const { changes } = await drive(pool, "wait", [0.02], () => running(pool) > before);
    expect(Math.max(...changes.map(({ limit }) => limit))).toBeGreaterThan(before);
    expect(pool.stats().workers.length).toBeGreaterThan(before);
    expect(pool.stats().workers.length).toBeLessThanOrEqual(8);
  });

  test("each function has its own limit, and a waiting one does not hold a computing one up", async () => {
    const pool = await loads({ python: python.path, profile: "thread", concurrency: "auto" });
    const waiting = drive(pool, "wait", [0.01], () => limitOf(pool, "wait") >= 16);
    const computing = drive(pool, "compute", [], () => kneeOf(pool, "compute") !== undefined, 8);
    await Promise.all([waiting, computing]);
    const { wait, compute } = pool.stats().concurrency ?? {};
    expect(wait?.limit).toBeGreaterThan(compute?.limit ?? 0);
  });

  test("tasks that raise, return at once or are cancelled do not upset it", async () => {
    const pool = await loads({ python: python.path, concurrency: "auto" });
    for (const name of ["fail", "now"]) {
      let ended = 0;
      pool.on("task-failed", () => ended++);
      const since = pool.stats().fulfilled;
      await drive(pool, name, [], () => ended > 500 || pool.stats().fulfilled - since > 500, 8);
    }
    const handles = Array.from({ length: 20 }, () => pool.push("wait", 5));
    await sleep(50);
    await Promise.all(handles.map((handle) => handle.cancel()));
    // The worker of a cancelled task that does not end by itself is on its way out still.
    await eventually(() => pool.stats().running === 0);
    for (const { running, waiting } of Object.values(pool.stats().concurrency ?? {})) {
      expect({ running, waiting }).toEqual({ running: 0, waiting: 0 });
    }
    expect(await pool.call("now")).toBe(1);
  });

  test("long tasks that wait are let in before the first has ended", async () => {
    const pool = await loads({ python: python.path, profile: "thread", concurrency: "auto" });
    const handles = Array.from({ length: 32 }, () => pool.push("wait", 30));
    await eventually(() => pool.stats().running === 32 || pool.stats().fulfilled > 0);
    expect(pool.stats().fulfilled).toBe(0);
    expect(pool.stats().running).toBe(32);
    await Promise.all(handles.map((handle) => handle.cancel()));
  });

  test("a new worker in the place of a killed one serves under the same limits", async () => {
    const pool = await loads({ python: python.path, profile: "thread", concurrency: "auto" });
    await drive(pool, "wait", [0.01], () => limitOf(pool, "wait") >= 8);
    const pid = pool.stats().workers[0]?.pid ?? 0;
    const restarted = new Promise((resolve) => pool.once("worker-started", resolve));
    process.kill(pid, "SIGKILL");
    await restarted;
    const handles = Array.from({ length: 50 }, () => pool.push("wait", 0.01));
    await Promise.all(handles);
    expect(pool.stats().concurrency?.wait).toMatchObject({ running: 0, waiting: 0 });
  });

  test("a pool that is closed at once leaves nothing behind", async () => {
    const pool = await loads({ python: python.path, concurrency: "auto" });
    const handles = Array.from({ length: 100 }, () => pool.push("wait", 0.01));
    await pool.close();
    expect(await Promise.all(handles)).toHaveLength(100);
  });
});

describe.each(bothKinds())("a fixed number on $label", ({ python }) => {
  test.each([1, 3])("%i tasks of a function run at once, and no more", async (concurrency) => {
    const pool = await loads({ python: python.path, profile: "thread", threads: 8, concurrency });
    await Promise.all(Array.from({ length: 24 }, () => pool.call("most_inside", [0.02])));
    expect(await pool.call("most")).toBe(concurrency);
    expect(pool.stats().concurrency?.most_inside).toMatchObject({ limit: concurrency, phase: "fixed" });
  });

  test("sessions stay within it too", async () => {
    const pool = await loads({ python: python.path, profile: "thread", threads: 8, concurrency: 2 });
    const sessions = ["a", "b", "c", "d"].map((key) => pool.session(key));
    await Promise.all(
      sessions.flatMap((session) => [0, 1, 2].map(() => session.call("most_inside", [0.02]))),
    );
    expect(await pool.call("most")).toBeLessThanOrEqual(2);
  });

  test("priorities hold among those that wait", async () => {
    const pool = await loads({ python: python.path, profile: "thread", threads: 1, concurrency: 1 });
    const first = pool.push("wait", 0.2);
    const order: string[] = [];
    const low = pool.submit("wait", [0.001], { priority: 1 }).wait(PATIENCE_MS);
    const high = pool.submit("now", [], { priority: 5 }).wait(PATIENCE_MS);
    low.then(() => order.push("low"));
    high.then(() => order.push("high"));
    await Promise.all([first, low, high]);
    expect(order).toEqual(["high", "low"]);
  });
});

/** Looking for the limit, looking where the threads are, and trying processes take their time on a busy machine. */
const TRIAL = { timeout: 5 * PATIENCE_MS };

describe.runIf(freeThreaded())("threads that share an object", TRIAL, () => {
  /** Where other work takes the second processor, two threads seldom run together and do not contend. */
  async function contentionIn(pool: Pool): Promise<PoolEvents["threads-contend"][0] | undefined> {
    const found: PoolEvents["threads-contend"][0][] = [];
    let mostWaiting = 0;
    pool.on("threads-contend", (contention) => found.push(contention));
    await drive(pool, "contend", [], () => {
      const { limit = 0, shares } = pool.stats().concurrency?.contend ?? {};
      if (limit === 2) mostWaiting = Math.max(mostWaiting, shares?.runq ?? 0);
      return found.length > 0;
    });
    if (found.length === 0) expect(mostWaiting).toBeGreaterThan(0.15);
    return found[0];
  }

  test("are told of, with the place and the object", async () => {
    const pool = await loads({ python: freeThreaded()?.path ?? "", profile: "thread", concurrency: "auto" });
    const contention = await contentionIn(pool);
    expect(pool.profile).toBe("thread");
    if (contention === undefined) return;
    expect(contention).toMatchObject({ functionName: "contend", profile: "thread", processes: undefined });
    expect(contention.growth).toBeGreaterThan(1.5);
    expect(contention.hotSpot).toMatchObject({ function: "contend", file: LOADS });
    expect(contention.hotSpot?.objects).toContainEqual({ name: "_SETTINGS", type: "Settings" });
  });

  test("are compared with processes once, where the pool may choose", async () => {
    const pool = await loads({ python: freeThreaded()?.path ?? "", concurrency: "auto" });
    const contention = await contentionIn(pool);
    if (contention !== undefined) {
      expect(contention.processes).toBeGreaterThan(0);
      expect(pool.profile).toBe(contention.profile);
    }
    expect(await pool.call("now")).toBe(1);
  });
});

describe("options", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ concurrency: 0 }, "concurrency"],
    [{ concurrency: "many" }, "concurrency"],
    [{ concurrency: 1.5 }, "concurrency"],
    [{ maxThreads: 0 }, "maxThreads"],
    [{ maxThreads: "auto" }, "maxThreads"],
  ])("%j is refused", async (options, name) => {
    await expect(loads(options as Partial<PoolOptions>)).rejects.toThrow(InvalidOption);
    await expect(loads(options as Partial<PoolOptions>)).rejects.toMatchObject({ option: name });
  });

  test("without the option nothing is limited and nothing is said", async () => {
    const pool = await loads({ python: bothKinds()[0]?.python.path ?? "" });
    await pool.call("now");
    expect(pool.stats()).not.toHaveProperty("concurrency");
  });
});

const running = (pool: Pool) => pool.stats().workers.length;
