/** Python's generators, read here one item at a time. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  NotSendable,
  type Pool,
  type PoolOptions,
  PythonError,
  TaskCancelled,
  TaskTimeout,
  WorkerCrashed,
} from "../../src/index.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay } from "./profiles.js";

const MODULE = fileURLToPath(new URL("python/streams.py", import.meta.url));

/** What a stream gives, and the error that ends it. */
async function readAll(stream: AsyncIterable<unknown>): Promise<{ items: unknown[]; error?: unknown }> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each(everyWay())("streams, $label", ({ python, profile }) => {
  const open = (options: Partial<PoolOptions> = {}) =>
    poolOf({
      module: MODULE,
      python: python.path,
      profile,
      workers: 1,
      ...(profile === "thread" ? { threads: 1 } : {}),
      ...options,
    });

  const made = (pool: Pool) => pool.call<number>("how_many_made");

  /** Waits until Python makes no more, and says how many it made. */
  async function madeInTheEnd(pool: Pool): Promise<number> {
    for (let before = -1, now = await made(pool); ; before = now, now = await made(pool)) {
      if (now === before) return now;
      await sleep(20);
    }
  }

  test("items arrive in order, whole, of any size and kind, and then what the generator returned", async () => {
    const pool = await open();
    expect((await readAll(pool.stream("numbers", 10_000))).items).toEqual(range(10_000));
    expect((await readAll(pool.stream("numbers_async", 3_000))).items).toEqual(range(3_000));
    expect((await readAll(pool.stream("numbers", 0))).items).toEqual([]);
    expect((await readAll(pool.stream("an_iterator"))).items).toEqual(["0", "1", "2"]);
    expect((await readAll(pool.stream("values"))).items).toEqual([
      { a: [1, null, "ü"] },
      2n ** 70n,
      Buffer.from([0, 255]),
      "x".repeat(300_000),
      range(50_000),
    ]);
    const stream = pool.submitStream("numbers", [1], { kwargs: { start: 5 } });
    expect(await stream.next()).toEqual({ done: false, value: 5 });
    expect(await stream.next()).toEqual({ done: true, value: "that was all" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test.each(["endless", "endless_async"])(
    "%s makes no more than it may, and stops when the loop is left",
    async (name) => {
      const pool = await open();
      const stream = pool.submitStream<number>(name, [], { ahead: 10 });
      expect((await stream.next()).value).toBe(1);
      expect(await madeInTheEnd(pool)).toBeLessThanOrEqual(1 + 10);
      for await (const item of stream) {
        expect(await made(pool)).toBeLessThanOrEqual(item + 11);
        if (item === 200) break;
      }
      expect(await pool.call("what_happened")).toEqual(["closed"]);
      const inTheEnd = await made(pool);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      expect(await made(pool)).toBe(inTheEnd);
    },
  );

  test("with ahead: 0 nothing is made that is not asked for", async () => {
    const pool = await open();
    const stream = pool.submitStream("endless", [], { ahead: 0 });
    for (let i = 1; i < 5; i++) {
      expect((await stream.next()).value).toBe(i);
      expect(await made(pool)).toBe(i);
    }
    await stream.return();
  });

  test("a reader that throws closes the generator, and what its finally raises is told", async () => {
    const pool = await open();
    const thrown = new Error("enough");
    const reading = (async () => {
      for await (const _ of pool.stream("endless")) throw thrown;
    })();
    expect(await failureOf(reading)).toBe(thrown);
    expect(await pool.call("what_happened")).toEqual(["closed"]);
    const stream = pool.submitStream("fails_at_the_end", [], { ahead: 0 });
    await stream.next();
    expect(await failureOf(stream.return())).toMatchObject({ type: "RuntimeError", args: ["in finally"] });
  });

  test.each(["fails_after", "fails_after_async"])(
    "%s: the error comes after the items before it",
    async (name) => {
      const pool = await open();
      const { items, error } = await readAll(pool.stream(name, 500));
      expect(items).toEqual(range(500));
      expect(error).toBeInstanceOf(PythonError);
      expect(error).toMatchObject({ type: "LookupError", args: ["nothing after 500"] });
      expect((error as PythonError).traceback).toContain(`in ${name}`);
      expect((error as PythonError).traceback).not.toContain("_streams.py");
    },
  );

  test("an item that cannot be sent ends the stream after those before it", async () => {
    const pool = await open();
    const { items, error } = await readAll(pool.stream("unsendable_at", 20));
    expect(items).toHaveLength(20);
    expect(error).toBeInstanceOf(NotSendable);
    expect(error).toMatchObject({ path: "result.lock" });
    expect(await pool.call("what_happened")).toEqual(["closed"]);
  });

  test("items that would be too large for one message together travel in several", async () => {
    const pool = await open({ maxMessageBytes: 1 << 16 });
    const { items, error } = await readAll(pool.stream("large_ones", 40, 30_000));
    expect(error).toBeUndefined();
    expect(items.map((item) => (item as Buffer).length)).toEqual(range(40).map(() => 30_000));
    expect((await readAll(pool.stream("large_ones", 2, 100_000))).error).toBeInstanceOf(NotSendable);
    expect(await pool.call("pid")).toBe(pool.stats().workers[0]?.pid);
  });

  test("what is made is not kept back while the next item takes its time", async () => {
    const pool = await open();
    const path = join(temporaryFolder(), "gate");
    const stream = pool.stream("gate_after", 100, path);
    for (const i of range(100)) expect((await stream.next()).value).toBe(i);
    writeFileSync(path, "");
    expect((await stream.next()).value).toBe("opened");
  });

  test("a thread that has a stream does other work for its reader, and streams take turns", async () => {
    const pool = await open();
    const pairs: unknown[] = [];
    const other = pool.stream("numbers", 100_000)[Symbol.asyncIterator]();
    for await (const item of pool.stream("from_a_database", 20)) {
      pairs.push([item, await pool.call("a_list"), (await other.next()).value]);
    }
    await other.return?.();
    expect(pairs).toEqual(range(20).map((i) => [i, [1, 2, 3], i]));
  });

  test("a host function reads a stream while the only thread waits for it", async () => {
    const outside: { stream?: AsyncIterator<unknown> } = {};
    const pool: Pool = await open({
      host: {
        inside: async () => (await readAll(pool.stream("numbers", 700))).items.length,
        outside: async () => (await outside.stream?.next())?.value,
        async *three() {
          yield* [1, 2, 3];
        },
      },
    });
    expect(await pool.call("asks", ["inside"])).toBe(700);
    outside.stream = pool.submitStream("numbers", [1_000], { ahead: 2 });
    for (const i of range(10)) expect(await pool.call("asks", ["outside"])).toBe(i);
    await outside.stream.return?.();
    expect((await readAll(pool.submitStream("through_the_host", ["three"], { ahead: 0 }))).items).toEqual([
      10, 20, 30,
    ]);
  });

  test("calls of an undeclared class and its generators exclude one another", async () => {
    const pool = await open(profile === "thread" ? { threads: 3 } : {});
    const streams = range(3).map(() => readAll(pool.stream("Shelf.items", 30)));
    for (const { items } of await Promise.all(streams)) expect(items).toEqual(range(30));
    expect(await pool.call("Shelf.report")).toBe(0);
  });

  test("progress reaches the stream", async () => {
    const pool = await open();
    const seen: number[] = [];
    const stream = pool.stream("reports", 50).on("progress", ({ done }) => seen.push(done));
    await readAll(stream);
    expect(seen).toEqual(range(50).map((i) => i + 1));
    expect(stream.progress).toEqual({ done: 50, total: 50 });
  });

  test("what is no generator, what is not there, and wrong options are told", async () => {
    const pool = await open();
    expect(await failureOf(pool.stream("a_list").next())).toMatchObject({
      type: "TypeError",
      message: expect.stringContaining("a_list returned a list"),
    });
    expect(await failureOf(pool.stream("nmbers").next())).toMatchObject({
      code: "FUNCTION_NOT_FOUND",
      nearest: expect.arrayContaining(["numbers"]),
    });
    expect(await failureOf(pool.call("numbers", [1]))).toMatchObject({
      code: "NOT_SENDABLE",
      message: expect.stringContaining("pool.stream"),
    });
    expect(() => pool.submitStream("numbers", [1], { ahead: -1 })).toThrow("ahead");
    expect(() => pool.submitStream("numbers", [1], { timeout: 0 })).toThrow("timeout");
  });

  test("an abort, a timeout and leaving early stop Python wherever it is", async () => {
    const pool = await open({ grace: 50, killAfter: 20_000 });
    const controller = new AbortController();
    const aborted = pool.submitStream("spins_after", [2], { signal: controller.signal });
    await aborted.next();
    await aborted.next();
    const waiting = aborted.next();
    controller.abort();
    expect(await failureOf(waiting)).toMatchObject({ code: "TASK_CANCELLED", step: "interrupted" });
    const late = pool.submitStream("spins_after", [1], { timeout: 300 });
    await late.next();
    expect(await failureOf(late.next())).toBeInstanceOf(TaskTimeout);
    const left = pool.stream("spins_after", 1);
    await left.next();
    await left.return();
    expect(await pool.call("what_happened")).toEqual(["closed", "closed", "closed"]);
    const idle = pool.submitStream("endless", [], { signal: AbortSignal.timeout(100), ahead: 0 });
    await idle.next();
    await sleep(150);
    expect(await failureOf(idle.next())).toBeInstanceOf(TaskCancelled);
    const coroutine = pool.submitStream("waits_after", [1], { timeout: 300 });
    await coroutine.next();
    expect(await failureOf(coroutine.next())).toBeInstanceOf(TaskTimeout);
    expect(await pool.call("what_happened")).toEqual(["closed", "asyncio cancelled", "closed"]);
  });

  test("a generator that cannot be interrupted costs its worker, and nothing hangs", async () => {
    const pool = await open({ grace: 20, killAfter: 100 });
    const before = await pool.call("pid");
    const stuck = pool.submitStream("sleeps_in_c", [1], { timeout: 200 });
    await stuck.next();
    expect(await failureOf(stuck.next())).toMatchObject({ code: "TASK_TIMEOUT", step: "killed" });
    expect(await pool.call("pid")).not.toBe(before);
  });

  test("the death of the worker ends a stream, under way or between two items", async () => {
    const pool = await open();
    const { items, error } = await readAll(pool.submitStream("dies_after", [3], { ahead: 0 }));
    expect(items).toEqual([0, 1, 2]);
    expect(error).toBeInstanceOf(WorkerCrashed);
    const idle = pool.submitStream("endless", [], { ahead: 0 });
    await idle.next();
    process.kill((await pool.call<number>("pid")) ?? 0, "SIGKILL");
    expect(await failureOf(idle.next())).toBeInstanceOf(WorkerCrashed);
    expect(await idle.next()).toEqual({ done: true, value: undefined });
  });

  test("close ends open streams: what was made can be read, then comes PoolClosed", async () => {
    const pool = await open();
    const stream = pool.submitStream<number>("endless", [], { ahead: 4 });
    await stream.next();
    await madeInTheEnd(pool);
    await pool.close();
    const { items, error } = await readAll(stream);
    expect(items).toEqual([2, 3, 4, 5]);
    expect(error).toMatchObject({ code: "POOL_CLOSED" });
    expect(await failureOf(pool.stream("endless").next())).toMatchObject({ code: "POOL_CLOSED" });
  });

  test("close by force ends a stream that is stuck", async () => {
    const pool = await open();
    const stuck = pool.stream("sleeps_in_c", 1);
    await stuck.next();
    const waiting = failureOf(stuck.next());
    await pool.close({ force: true });
    expect(await waiting).toMatchObject({ code: "POOL_CLOSED" });
  });

  test("a worker is replaced when its streams have ended", async () => {
    const pool = await open({ recycle: { tasks: 3 } });
    const stream = pool.submitStream<number>("numbers", [600], { ahead: 8 });
    const items: number[] = [];
    for await (const item of stream) {
      if (item < 6) await pool.call("a_list");
      items.push(item);
    }
    expect(items).toEqual(range(600));
  });

  test("a session's streams run on its worker", async () => {
    const pool = await open({ workers: 2 });
    const session = pool.session("one");
    const pid = await session.call("pid");
    expect((await readAll(session.stream("numbers", 5))).items).toEqual(range(5));
    expect(session.worker).toBe(pid);
  });
});
