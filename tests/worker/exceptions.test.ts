/** Exceptions of Python as a caller sees them, those included that resist being looked at. */
import { describe, expect, it } from "vitest";
import { type PythonError, PythonError as PythonErrorClass } from "../../src/index.js";
import { allInterpreters } from "../interpreters.js";
import { poolOn } from "../wire/echo-pool.js";

describe.each(await allInterpreters())("on $abi", (interpreter) => {
  const pool = poolOn(interpreter, new URL("./functions.py", import.meta.url).href);
  const minor = Number(interpreter.version.split(".")[1]);

  async function failed(kind: string): Promise<PythonError> {
    const error = await pool()
      .call("fail", [kind])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PythonErrorClass);
    return error as PythonError;
  }

  it("keep their cause, their context, and neither where it was suppressed", async () => {
    expect(await failed("cause")).toMatchObject({
      type: "ValueError",
      message: "ValueError: outer",
      bases: ["ValueError", "Exception", "BaseException"],
      args: ["outer"],
      cause: { type: "KeyError", args: ["missing"] },
      traceback: expect.stringMatching(/KeyError: 'missing'.*direct cause.*in fail.*ValueError: outer/s),
    });
    expect(await failed("context")).toMatchObject({
      cause: { type: "KeyError" },
      traceback: expect.stringContaining("During handling"),
    });
    expect((await failed("suppressed")).cause).toBeUndefined();
    expect(await failed("falsy cause")).toMatchObject({ cause: { message: "functions.Empty: inner" } });
    expect(await failed("endless causes")).toMatchObject({ args: [99], cause: { args: [98] } });
  });

  it("keep their notes and their class", async () => {
    expect((await failed("notes")).notes).toEqual(["first", "second"]);
    const custom = await failed("custom");
    expect(custom).toMatchObject({
      type: "functions.Custom",
      args: [7, "2024-01-02", expect.stringContaining("lock")],
    });
    for (const type of ["functions.Custom", "Custom", "LookupError", "Exception"])
      expect(custom.isInstance(type)).toBe(true);
    for (const type of ["KeyError", "ustom", "object"]) expect(custom.isInstance(type)).toBe(false);
  });

  it.each([
    ["exit", "SystemExit", /the code called sys\.exit\(3\)/],
    ["interrupt", "KeyboardInterrupt", /^KeyboardInterrupt$/],
    ["recursion", "RecursionError", /maximum recursion depth/],
    ["memory", "MemoryError", /^MemoryError$/],
    ["stop", "StopIteration", /5/],
    ["surrogate", "ValueError", /\ud800/],
    ["self", "ValueError", /./],
    ["broken text", "functions.BrokenText", /<str\(\) of the exception raised SystemExit>/],
    ["broken everything", "functions.BrokenEverything", /./],
  ])("raised as %s arrive, and the worker goes on", async (kind, type, message) => {
    const error = await failed(kind);
    expect(error.type).toBe(type);
    expect(error.message).toMatch(message);
    expect(error.traceback).toContain(type.replace("functions.", ""));
    expect(await pool().call("echo", [kind])).toBe(kind);
  });

  it("with large arguments bring them along", async () => {
    const { args } = await failed("large");
    expect(args).toEqual([Buffer.alloc(100_000, "x"), "y".repeat(100_000)]);
  });

  // PEP 654
  if (minor < 11) return;
  it("in a group are exceptions themselves", async () => {
    const group = await failed("group");
    expect(group.type).toBe("ExceptionGroup");
    expect(group.args).toMatchObject([
      "several",
      [
        { type: "ValueError", args: [1] },
        { type: "ExceptionGroup", args: ["inner", [{ type: "KeyError" }]] },
      ],
    ]);
  });
});
