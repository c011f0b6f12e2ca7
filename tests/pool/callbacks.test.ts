import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type HostContext,
  kwargs,
  PythonError,
  type Resident,
  TaskCancelled,
  TaskTimeout,
  WorkerCrashed,
} from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay } from "./profiles.js";

const CALLBACKS = fileURLToPath(new URL("python/callbacks.py", import.meta.url));

describe.each(everyWay())("functions as arguments, $label", ({ python, profile }) => {
  const options = { module: CALLBACKS, python: python.path, profile, workers: 1, threads: 1 } as const;

  test("are called, awaited, streamed from, from any thread, wherever they lie in the arguments", async () => {
    const pool = await poolOf(options);
    const double = (x: number) => 2 * x;
    const later = async (x: number) => 2 * x;
    const given = (...values: unknown[]) => values;
    expect(await pool.call("apply", [double, 4])).toBe(8);
    expect(await pool.call("apply", [given, 1, "a", null, kwargs({ key: [1] })])).toEqual([
      1,
      "a",
      null,
      { key: [1] },
    ]);
    expect(await pool.call("apply_later", [later, 4])).toBe(8);
    expect(await pool.call("apply_together", [later, 20])).toEqual(
      Array.from({ length: 20 }, (_, i) => 2 * i),
    );
    expect(await pool.call("deep", [{ list: [double, 3] }])).toBe(6);
    expect(await pool.call("on_threads", [later, 4])).toEqual([0, 2, 4, 6, 8]);
    expect(await pool.call("is_same", [double, double])).toBe(true);
    expect(await pool.call("is_same", [double, later])).toBe(false);
    const three = function* () {
      yield* [1, 2, 3];
    };
    expect(await pool.call("items", [three])).toEqual([1, 2, 3]);
    function context(this: HostContext) {
      return [this.worker, this.functionName, this.signal.aborted];
    }
    expect(await pool.call("apply", [context])).toEqual([pool.stats().workers[0]?.pid, "apply", false]);
    await using counter = await pool.create<{
      each(change: (count: number) => number, times: number): number;
    }>("Counter");
    expect(await counter.each((count) => count + 2, 50)).toBe(100);
  });

  test("errors cross both ways", async () => {
    const pool = await poolOf(options);
    const broken = () => {
      throw new RangeError("too far");
    };
    expect(await pool.call("caught", [broken])).toEqual(["HostError", "RangeError", "too far"]);
    const error = await failureOf<PythonError>(pool.call("apply", [broken]));
    expect(error).toBeInstanceOf(PythonError);
    expect(error).toMatchObject({
      type: "nogil.host.HostError",
      args: ["RangeError", "too far", null, expect.any(String)],
    });
    const unsendable = await failureOf<PythonError>(pool.call("apply", [() => Symbol("no")]));
    expect(unsendable.message).toContain("a symbol cannot be sent");
  });

  test("called after their call ended: a typed error in Python, from any thread", async () => {
    const pool = await poolOf(options);
    await pool.call("keep", [() => 1]);
    const ended = ["CallEnded", "CallEnded", expect.stringContaining("has ended")];
    expect(await pool.call("call_kept")).toEqual(ended);
    expect(await pool.call("call_kept_on_thread")).toEqual(ended);
  });

  test("one that never returns ends with its call: timeout, cancellation, death of the worker", async () => {
    const pool = await poolOf(options);
    const signals: AbortSignal[] = [];
    let isCalled = () => {};
    const never = function (this: HostContext) {
      signals.push(this.signal);
      isCalled();
      return new Promise(() => {});
    };
    expect(await failureOf(pool.call("until_cancelled", [never], { timeout: 500 }))).toBeInstanceOf(
      TaskTimeout,
    );
    const begin = (name: string) => {
      const called = new Promise<void>((resolve) => {
        isCalled = resolve;
      });
      return { called, handle: pool.push(name, never) };
    };
    const cancelled = begin("until_cancelled");
    await cancelled.called;
    expect(await cancelled.handle.cancel()).toBeTypeOf("string");
    expect(cancelled.handle.error).toBeInstanceOf(TaskCancelled);
    expect(await pool.call("last_kept")).toBe("cancelled");
    const killed = begin("apply");
    await killed.called;
    process.kill(pool.stats().workers[0]?.pid ?? 0, "SIGKILL");
    expect(await failureOf(killed.handle)).toBeInstanceOf(WorkerCrashed);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(await pool.call("apply", [() => 1])).toBe(1);
  });

  test("recursion through one thread goes to the documented depth, and is refused beyond", async () => {
    const pool = await poolOf(options);
    const down = (depth: number): Promise<number> => pool.call<number>("down", [down, depth]);
    expect(await down(31)).toBe(31);
    const error = await failureOf<PythonError>(down(100));
    expect(error.message).toContain("NestingTooDeep");
    expect(await down(1)).toBe(1);
  });

  test("recursion through objects of two workers that wait for each other", async () => {
    const pool = await poolOf({ ...options, workers: 2 });
    await pool.ready();
    type Counter = { each(change: (count: number) => unknown, times: number): number };
    const [one, two] = await Promise.all([pool.create<Counter>("Counter"), pool.create<Counter>("Counter")]);
    expect(one.$worker).not.toBe(two.$worker);
    const visit = async (depth: number): Promise<number> => {
      const counter: Resident<Counter> = depth % 2 === 0 ? one : two;
      return depth === 0 ? 0 : 1 + (await counter.each(() => visit(depth - 1), 1));
    };
    expect(await visit(9)).toBe(9);
  });
});
