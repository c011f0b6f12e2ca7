import { describe, expect, test } from "vitest";
import { FunctionNotFound, kwargs, PythonError } from "../../src/index.js";
import { allInterpreters, bothKinds } from "../interpreters.js";
import { CALLS, failureOf, MORE, poolOf } from "./pools.js";

describe.each(bothKinds())("calls on $label", ({ python }) => {
  for (const profile of ["thread", "process"] as const) {
    describe(`profile ${profile}`, () => {
      const options = { python: python.path, profile, workers: profile === "process" ? 2 : 1 };

      test("a function gets its arguments and gives its result", async () => {
        const pool = await poolOf(options);
        expect(await pool.call("add", [1, 2, 3])).toBe(6);
        expect(await pool.push("add", 20)).toBe(21);
        expect(await pool.call("echo", [{ a: [1, null, "ü"], b: true }])).toEqual({
          a: [1, null, "ü"],
          b: true,
        });
      });

      test("keyword arguments, as an option and as the last argument", async () => {
        const pool = await poolOf(options);
        expect(await pool.call("add", [1], { kwargs: { b: 2, scale: 10 } })).toBe(30);
        expect(await pool.push("add", 1, kwargs({ scale: 5, b: undefined }))).toBe(10);
      });

      test("an exception arrives with its type, arguments and Python traceback", async () => {
        const pool = await poolOf(options);
        const error = await failureOf<PythonError>(pool.call("fail", ["nothing there"]));
        expect(error).toBeInstanceOf(PythonError);
        expect(error).toMatchObject({ code: "PYTHON_ERROR", type: "LookupError", args: ["nothing there"] });
        expect(error.traceback).toContain('calls.py", line');
        expect(error.traceback).not.toContain("_channel.py");
        expect(error.isInstance("Exception")).toBe(true);
        expect(await pool.call("add", [1])).toBe(2);
      });

      test("wrong arguments are Python's TypeError", async () => {
        const pool = await poolOf(options);
        await expect(pool.call("add", [])).rejects.toMatchObject({ type: "TypeError" });
        await expect(pool.call("add", [1], { kwargs: { nope: 1 } })).rejects.toMatchObject({
          type: "TypeError",
        });
      });

      test("a misspelt function is refused with the nearest name", async () => {
        const pool = await poolOf(options);
        const error = await failureOf<FunctionNotFound>(pool.call("ecko"));
        expect(error).toBeInstanceOf(FunctionNotFound);
        expect(error.nearest).toContain("echo");
        expect(error.message).toContain("did you mean echo");
      });

      test("methods: static, of the class, and of the worker's one instance, whose calls never overlap", async () => {
        const pool = await poolOf({ ...options, workers: 1 });
        expect(await pool.call("Counter.double", [21])).toBe(42);
        expect(await pool.call("Counter.name")).toBe("Counter");
        await pool.map(
          "Counter.add",
          Array.from({ length: 20 }, () => 1),
        );
        expect(await pool.call("Counter.report")).toEqual({ total: 20, overlaps: 0 });
      });

      test("coroutine functions run to their result", async () => {
        const pool = await poolOf(options);
        expect(await pool.call("later", ["done"])).toBe("done");
      });

      test("several modules: names in order, or with the module's name; only what is exported", async () => {
        const pool = await poolOf({ ...options, module: [CALLS, MORE] });
        expect(await pool.call("echo", [1])).toBe(1);
        expect(await pool.call("more.echo", [1])).toEqual(["more", 1]);
        expect(await pool.call("more:shout", ["a"])).toBe("A");
        await expect(pool.call("more.hidden")).rejects.toBeInstanceOf(FunctionNotFound);
        await expect(pool.call("os.getpid")).rejects.toBeInstanceOf(FunctionNotFound);
        await expect(pool.call("__import__", ["os"])).rejects.toBeInstanceOf(FunctionNotFound);
      });

      test("progress reaches the handle", async () => {
        const pool = await poolOf(options);
        const seen: number[] = [];
        const handle = pool.push("steps", 5).on("progress", ({ done }) => seen.push(done));
        expect(await handle).toBe(5);
        expect(seen).toEqual([1, 2, 3, 4, 5]);
        expect(handle.progress).toEqual({ done: 5, total: 5 });
      });

      test("sys.exit is an error of that call, and the worker goes on", async () => {
        const pool = await poolOf({ ...options, workers: 1 });
        const before = await pool.call("pid");
        await expect(pool.call("quit_politely")).rejects.toMatchObject({ type: "SystemExit" });
        expect(await pool.call("pid")).toBe(before);
      });
    });
  }
});

test.each(
  allInterpreters().map((python) => ({
    python,
    label: `${python.version}${python.freeThreadedBuild ? "t" : ""}`,
  })),
)("Python $label runs both profiles", async ({ python }) => {
  for (const profile of ["thread", "process"] as const) {
    const pool = await poolOf({ python: python.path, profile, workers: 1 });
    expect(await pool.call("add", [1, 2])).toBe(3);
    const [pid, , onMain] = await pool.call<[number, number, boolean]>("where");
    expect(pid).toBe(pool.stats().workers[0]?.pid);
    expect(onMain).toBe(profile === "process");
    await expect(pool.call("fail", ["x"])).rejects.toMatchObject({ type: "LookupError" });
    expect(await pool.map("echo", [1, 2, 3])).toEqual([1, 2, 3]);
  }
});
