/** Python calls functions of this process: values, errors, streams, cancellation, recursion. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type HostContext,
  InvalidOption,
  kwargs,
  ModuleLoadFailed,
  type Pool,
  type PoolOptions,
  PythonError,
  TaskCancelled,
  TaskTimeout,
  WorkerCrashed,
} from "../../src/index.js";
import { allInterpreters, bothKinds } from "../interpreters.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";

const MODULE = fileURLToPath(new URL("python/host_calls.py", import.meta.url));

describe.each(allInterpreters().map((python) => ({ abi: python.abi, python })))("on $abi", ({ python }) => {
  it("calls cross with values, errors and streams, waiting and awaited", async () => {
    const pool = await poolOf({
      module: MODULE,
      python: python.path,
      profile: "process",
      workers: 1,
      host: {
        echo: (...values: unknown[]) => values,
        double: async (x: number) => x * 2,
        broken: () => {
          throw new RangeError("too far");
        },
        async *three() {
          yield* [1, 2, 3];
        },
      },
    });
    expect(await pool.call("ask", ["echo", 1, "a", null, kwargs({ key: [1] })])).toEqual([
      1,
      "a",
      null,
      { key: [1] },
    ]);
    expect(await pool.call("ask_async", ["double", 4])).toBe(8);
    expect(await pool.call("ask_many", ["double", 20])).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i));
    expect(await pool.call("caught", ["broken"])).toMatchObject({ type: "RangeError", message: "too far" });
    expect(await pool.call("numbers", ["three", 9])).toEqual([1, 2, 3]);
    expect(await pool.call("numbers_async", ["three", 9])).toEqual([1, 2, 3]);
    expect(await pool.call("from_other_threads", ["double", 8])).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(await pool.call("loop_in_other_thread", ["double", 3])).toEqual([0, 2, 4]);
  });
});

describe.each(bothKinds())("on $label", ({ python }) => {
  const open = (options: Partial<PoolOptions>) =>
    poolOf({
      module: MODULE,
      python: python.path,
      workers: 1,
      ...(python.freeThreadedBuild ? { threads: 1 } : {}),
      ...options,
    });

  it("any value comes back as it went", async () => {
    const pool = await open({ host: { echo: (value: unknown) => value } });
    const plain = fc.jsonValue();
    await fc.assert(
      fc.asyncProperty(plain, async (value) => {
        expect(await pool.call("ask", ["echo", value])).toEqual(
          await pool.call("add", [[], [value]]).then((list) => (list as unknown[])[0]),
        );
      }),
      { numRuns: 100 },
    );
    const large = Float64Array.from({ length: 100_000 }, (_, i) => i);
    expect(await pool.call("ask", ["echo", large])).toEqual(large);
    expect(await pool.call("ask", ["echo", "x".repeat(3_000_000)])).toHaveLength(3_000_000);
  });

  it("calls that were sent ahead are kept in order while a task waits, whatever their size", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting: Promise<unknown>[] = [];
    const pool = await open({
      host: {
        wait: async () => {
          // Sent behind the task that waits, on its own thread: from nothing to more than a buffer.
          for (let i = 0; i < 200; i++)
            waiting.push(pool.call("add", ["x".repeat((i * 7919) % 70_000), "y"]));
          await released;
          return "waited";
        },
        echo: (x: unknown) => x,
      },
    });
    // Quick before, so that the pool sends more of them at once.
    for (let i = 0; i < 50; i++) await pool.call("add", ["a", "b"]);
    for (let i = 0; i < 50; i++) await pool.call("ask", ["echo", 1]);
    const ask = pool.call("ask", ["wait"]);
    const behind = Array.from({ length: 50 }, (_, i) => pool.call("ask", ["echo", "z".repeat(i * 1_000)]));
    await sleep(30);
    release();
    expect(await ask).toBe("waited");
    expect((await Promise.all(behind)).map((text) => (text as string).length)).toEqual(
      behind.map((_, i) => i * 1_000),
    );
    const sums = (await Promise.all(waiting)) as string[];
    expect(sums.map((text) => text.length)).toEqual(sums.map((_, i) => ((i * 7919) % 70_000) + 1));
  });

  it("large arrays stay what they are while calls with other large arrays run inside", async () => {
    const deeper = (array: Float64Array, depth: number): unknown =>
      depth === 0 ? array : pool.call("compare", [array.map((x) => x + 1), "deeper", depth - 1]);
    const inside = () => pool.call("compare", [numbers(7), "deeper", 1]);
    const pool: Pool = await open({ host: { deeper, inside, large: () => numbers(9) } });
    const numbers = (first: number) => Float64Array.from({ length: 30_000 }, (_, i) => first + i);
    const bytes = (array: Float64Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    const check = (result: unknown, first: number, depth: number) => {
      const { unchanged, argument, answer } = result as Record<string, unknown>;
      expect(unchanged).toBe(true);
      expect(bytes(argument as Float64Array).equals(bytes(numbers(first)))).toBe(true);
      if (depth === 0) expect(bytes(answer as Float64Array).equals(bytes(numbers(first)))).toBe(true);
      else check(answer, first + 1, depth - 1);
    };
    // The first large values make the shared memory; those after them go through it.
    for (let round = 0; round < 3; round++) {
      const calls = [100, 200, 300, 400].map((first) => pool.call("compare", [numbers(first), "deeper", 3]));
      for (const [i, result] of (await Promise.all(calls)).entries()) check(result, (i + 1) * 100, 3);
    }
    // Where the call around them has not taken that memory, they do not take it either.
    check(await pool.call("ask", ["inside"]), 7, 1);
    expect(bytes((await pool.call("ask", ["large"])) as Float64Array).equals(bytes(numbers(9)))).toBe(true);
  });

  it("a limit of how many run at once does not make a call wait for the one around it", async () => {
    const pool: Pool = await open({
      ...(python.freeThreadedBuild ? { threads: 3 } : { workers: 3 }),
      concurrency: 1,
      host: { again: (depth: number) => pool.call("down", [depth]) },
    });
    await pool.ready();
    expect(await Promise.all([5, 6, 7].map((depth) => pool.call("down", [depth])))).toEqual([5, 6, 7]);
  });

  it("many threads call at once, each gets its own answer", async () => {
    const pool = await open({
      ...(python.freeThreadedBuild ? { threads: 4 } : { workers: 3 }),
      host: {
        slow: async (x: number) => {
          await sleep(Math.random() * 5);
          return x;
        },
      },
    });
    const numbers = Array.from({ length: 400 }, (_, i) => i);
    expect(await Promise.all(numbers.map((i) => pool.call("ask", ["slow", i])))).toEqual(numbers);
    expect(await pool.call("ask_many", ["slow", 100])).toEqual(numbers.slice(0, 100));
  });

  it("a host function calls the pool again, as deep as is allowed, on one thread", async () => {
    const pool: Pool = await open({
      host: {
        again: (depth: number) => pool.call("down", [depth]),
        again_async: (depth: number) => pool.call("down_async", [depth]),
      },
    });
    expect(await pool.call("down", [31])).toBe(31);
    expect(await pool.call("down_async", [31])).toBe(31);
    const error = await failureOf<PythonError>(pool.call("down", [40]));
    expect(error.isInstance("HostError")).toBe(true);
    expect(error.message).toContain("NestingTooDeep");
    expect(await pool.call("down", [3])).toBe(3);
  });

  it("a host function calls the pool many times at once, on one thread", async () => {
    const pool: Pool = await open({
      host: {
        sums: async (count: number) =>
          Promise.all(Array.from({ length: count }, (_, i) => pool.call("add", [i, i]))),
        nested: async (count: number): Promise<unknown> =>
          Promise.all(Array.from({ length: count }, () => pool.call("ask", ["sums", count]))),
      },
    });
    expect(await pool.call("ask", ["sums", 50])).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
    expect(await pool.call("ask_async", ["nested", 3])).toEqual([
      [0, 2, 4],
      [0, 2, 4],
      [0, 2, 4],
    ]);
    // Called and not awaited: a task like any other, once the thread does not wait any more.
    const lonely: Promise<unknown>[] = [];
    const other: Pool = await open({
      host: { leave: () => void lonely.push(...[1, 2, 3].map((x) => other.call("add", [x, x]))) },
    });
    await other.call("ask", ["leave"]);
    expect(await Promise.all(lonely)).toEqual([2, 4, 6]);
  });

  it("a cancelled task stops waiting at once, and the host function hears of it", async () => {
    let context: HostContext | undefined;
    const pool = await open({
      host: {
        never(this: HostContext) {
          context = this;
          return new Promise(() => {});
        },
      },
    });
    for (const name of ["noticing", "ask_async"]) {
      context = undefined;
      const handle = pool.push(name, "never");
      while (context === undefined) await sleep(1);
      const signal = (context as HostContext).signal;
      expect(signal.aborted).toBe(false);
      await handle.cancel();
      expect(await failureOf(handle)).toBeInstanceOf(TaskCancelled);
      expect(signal.aborted).toBe(true);
    }
    expect(await pool.call("what_was_seen")).toEqual([["cancelled", true], "finally"]);
    expect(pool.stats().workers).toHaveLength(1);
    const late = await failureOf<TaskTimeout>(pool.call("ask", ["never"], { timeout: 50 }));
    expect(late).toBeInstanceOf(TaskTimeout);
    expect(late.step).not.toBe("killed");
    // Calling again while being stopped gets the same answer, and does not hang.
    const stubborn = await failureOf<TaskTimeout>(pool.call("stubborn", ["never"], { timeout: 50 }));
    expect(stubborn.step).toBe("cooperative");
  });

  it("a coroutine that gives up waiting aborts the host function", async () => {
    let aborted: Promise<void> | undefined;
    const pool = await open({
      host: {
        never(this: HostContext) {
          aborted = new Promise((resolve) => this.signal.addEventListener("abort", () => resolve()));
          return new Promise(() => {});
        },
      },
    });
    expect(await pool.call("ask_or_give_up", ["never", 0.02])).toBe("gave up");
    await aborted;
  });

  it("a nested call can be cancelled alone, or with the task around it", async () => {
    const pool: Pool = await open({
      host: {
        short: () => failureOf(pool.call("spin", [60], { timeout: 60 })).then((error) => error.name),
        long(this: HostContext) {
          return pool.call("spin", [60], { signal: this.signal });
        },
      },
    });
    expect(await pool.call("ask", ["short"])).toBe("TaskTimeout");
    expect(await failureOf(pool.call("ask", ["long"], { timeout: 100 }))).toBeInstanceOf(TaskTimeout);
    expect(await pool.call("add", [1, 2])).toBe(3);
    expect(pool.stats().workers[0]?.pid).toBeDefined();
  });

  it("a worker that is killed while it waits fails the task and aborts the host function", async () => {
    let context: HostContext | undefined;
    const pool = await open({
      host: {
        never(this: HostContext) {
          context = this;
          return new Promise(() => {});
        },
      },
    });
    const call = pool.call("ask", ["never"]);
    while (context === undefined) await sleep(1);
    process.kill((context as HostContext).worker as number, "SIGKILL");
    expect(await failureOf(call)).toBeInstanceOf(WorkerCrashed);
    expect((context as HostContext).signal.aborted).toBe(true);
    expect(await pool.call("add", [1, 2])).toBe(3);
  });

  it("a stream ends with the loop that reads it, with its task, and with its error", async () => {
    const ended: string[] = [];
    const pool = await open({
      host: {
        async *forever(this: HostContext) {
          try {
            for (let i = 0; ; i++) yield i;
          } finally {
            ended.push(`forever ${this.signal.aborted}`);
          }
        },
        *counted() {
          yield 1;
          throw new Error("no more");
        },
      },
    });
    expect(await pool.call("numbers", ["forever", 3])).toEqual([0, 1, 2]);
    expect(await pool.call("numbers_async", ["forever", 3])).toEqual([0, 1, 2]);
    // An async generator that is left is ended by its event loop, later than the task, or by the end of the task.
    while (ended.length < 2) await sleep(1);
    expect(ended).toEqual(["forever true", "forever true"]);
    const error = await failureOf(pool.call("numbers", ["counted", 9]));
    expect(error.message).toContain("HostError: Error: no more");
    await failureOf(pool.call("numbers", ["forever", 1e9], { timeout: 100 }));
    while (ended.length < 3) await sleep(1);
    expect(await pool.call("add", [1, 2])).toBe(3);
  });
});

describe("what goes wrong", () => {
  it("is a HostError with the type, the code and the stack of the error", async () => {
    const pool = await poolOf({
      module: MODULE,
      workers: 1,
      host: {
        fails: async () => {
          throw Object.assign(new TypeError("not a number"), { code: "E_NUMBER" });
        },
        throwsText: () => {
          throw "just text";
        },
        python: () => pool.call("unsendable"),
        unsendable: () => ({ inside: [() => {}] }),
      },
    });
    expect(await pool.call("caught", ["fails"])).toEqual({
      type: "TypeError",
      message: "not a number",
      code: "E_NUMBER",
      stack: expect.stringContaining("host-calls.test.ts"),
      text: "TypeError: not a number",
    });
    expect(await pool.call("caught", ["throwsText"])).toMatchObject({ type: "string", message: "just text" });
    // What Python cannot send to the host is an error there already; through two sides its path is still told.
    expect(await pool.call("caught", ["python"])).toMatchObject({
      type: "NotSendable",
      message: expect.stringContaining("lock"),
    });
    expect(await pool.call("caught", ["unsendable"])).toMatchObject({
      type: "NotSendable",
      message: expect.stringContaining("inside[0]"),
    });
    expect(await pool.call("caught", ["nothing"])).toMatchObject({
      type: "FunctionNotFound",
      message: 'no host function "nothing"; there are fails, throwsText, python, unsendable',
    });
  });

  it("a pool without host functions says so", async () => {
    const pool = await poolOf({ module: MODULE, workers: 1 });
    expect(await pool.call("caught", ["any"])).toMatchObject({
      message: expect.stringContaining("created without host functions"),
    });
  });

  it.each([
    [{ lookup: 1 }, 'option "host.lookup" is 1'],
    [{ llm: { complete: "x" } }, 'option "host.llm.complete" is "x"'],
    [{ "nogil:next": () => {} }, "do not begin with nogil:"],
    ["lookup", 'option "host" is "lookup"'],
  ])("%j is refused as functions of the host", async (host, message) => {
    const error = await failureOf(poolOf({ module: MODULE, host: host as never }));
    expect(error).toBeInstanceOf(InvalidOption);
    expect(error.message).toContain(message);
  });

  it("a call while a module is imported says that it is too early", async () => {
    const module = join(temporaryFolder(), "early.py");
    writeFileSync(module, "from nogil import host\nhost.call('echo')\n");
    const error = await failureOf(poolOf({ module, workers: 1, host: { echo: () => 1 } }));
    expect(error).toBeInstanceOf(ModuleLoadFailed);
    expect(error.message).toContain("only once its modules are imported");
  });

  it("a call after its task has ended is answered, and hidden from nobody", async () => {
    const pool = await poolOf({
      module: MODULE,
      workers: 1,
      host: { echo: (x: unknown) => x },
    });
    await pool.call("call_later", ["echo"]);
    let late: unknown = [];
    while ((late as unknown[]).length === 0) late = await pool.call("what_came_late");
    expect(late).toEqual(["late"]);
  });

  it("a pool that closes by force aborts what the host does for it; one that closes waits for it", async () => {
    let context: HostContext | undefined;
    const options: Partial<PoolOptions> = {
      module: MODULE,
      workers: 1,
      host: {
        never(this: HostContext) {
          context = this;
          return new Promise(() => {});
        },
      },
    };
    const pool = await poolOf(options);
    const call = pool.call("ask", ["never"]);
    while (context === undefined) await sleep(1);
    const failed = failureOf(call);
    await pool.close({ force: true });
    expect((await failed).name).toBe("PoolClosed");
    expect((context as HostContext).signal.aborted).toBe(true);
    const gentle: Pool = await poolOf({
      ...options,
      host: {
        slow: async () => {
          await sleep(50);
          return gentle.call("add", [1, 2]);
        },
      },
    });
    const slow = gentle.call("ask", ["slow"]);
    await sleep(10);
    await gentle.close();
    expect(await slow).toBe(3);
  });

  it("two pools whose host functions call each other do not wait for each other for ever", async () => {
    const left: Pool = await poolOf({
      module: MODULE,
      workers: 1,
      profile: "process",
      host: { again: (depth: number) => right.call("down", [depth]) },
    });
    const right: Pool = await poolOf({
      module: MODULE,
      workers: 1,
      profile: "process",
      host: { again: (depth: number) => left.call("down", [depth]) },
    });
    expect(await left.call("down", [10])).toBe(10);
  });

  it("errors of Python code inside a host function keep their text on the way out", async () => {
    const pool: Pool = await poolOf({
      module: MODULE,
      workers: 1,
      host: { add: (a: unknown) => pool.call("add", [a, 1]) },
    });
    const error = await failureOf<PythonError>(pool.call("ask", ["add", "text"]));
    expect(error).toBeInstanceOf(PythonError);
    expect(error.message).toMatch(/HostError: PythonError: TypeError: /);
  });
});
