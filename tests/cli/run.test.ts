import { describe, expect, it } from "vitest";
import { fileWith, nogil, start, temporaryFolder, until } from "./command.js";

const MODULE = fileWith(`
import datetime, sys, time
from array import array

def show(*args, **kwargs):
    return [repr(arg) for arg in args] + [repr(kwargs)]

def talk(name):
    print("hello", name)
    print("oops", file=sys.stderr)
    return name.upper()

def values():
    return {
        "int keys": {1: "a", 2: "b"}, "tuple keys": {(1, 2): "a"}, "clash": {1: "a", "1": "b"},
        "set": {7}, "big": 2**70, "nan": float("nan"), "inf": float("-inf"), "bytes": b"ab", "array": array("d", [0.5, 1.0]),
        "date": datetime.datetime(2020, 1, 2, 3, 4, 5, 678901), "complex": 1 + 2j, "none": None, "tuple": (1, "x"),
        "text": "\\u2028 \\u00fc \\U0001f600", "minus zero": -0.0, "false": False, "zero": 0, "empty": "",
    }

class Counter:
    def add(self, n): return n + 1

def fail(value):
    try:
        int(value)
    except ValueError as error:
        raise RuntimeError("cannot go on") from error

def unsendable(): return sys

def sleep_long(path):
    open(path, "w").close()
    try:
        while True: time.sleep(0.01)
    finally:
        open(path + ".clean", "w").close()
`);

describe("run", () => {
  it("prints the result as JSON on stdout and Python's prints on stderr", async () => {
    const { stdout, stderr, code } = await nogil(["run", `${MODULE}:talk`, "ann"]);
    expect(code).toBe(0);
    expect(stdout).toBe('"ANN"\n');
    expect(stderr.split("\n").sort()).toEqual(["", "hello ann", "oops"]);
  });

  it("reads arguments as JSON where they are JSON, else as text", async () => {
    const args = [
      "1",
      "1.0",
      "-5",
      "1e3",
      "12345678901234567890",
      '"5"',
      "abc",
      "NaN",
      "null",
      '{"a":[true]}',
      "",
    ];
    const { stdout } = await nogil(["run", `${MODULE}:show`, ...args, "--kwargs", '{"width": 2.0}']);
    expect(JSON.parse(stdout)).toEqual([
      "1",
      "1.0",
      "-5",
      "1000.0",
      "12345678901234567890",
      "'5'",
      "'abc'",
      "'NaN'",
      "None",
      "{'a': [True]}",
      "''",
      "{'width': 2.0}",
    ]);
  });

  it("prints every type of value as docs/cli.md says", async () => {
    const { stdout } = await nogil(["run", `${MODULE}:values`]);
    expect(stdout).toContain('"big":1180591620717411303424');
    expect(stdout).toContain('"minus zero":-0.0');
    expect(JSON.parse(stdout)).toEqual({
      "int keys": { "1": "a", "2": "b" },
      "tuple keys": [[[1, 2], "a"]],
      clash: [
        [1, "a"],
        ["1", "b"],
      ],
      set: [7],
      big: 2 ** 70,
      nan: "NaN",
      inf: "-Infinity",
      bytes: "YWI=",
      array: [0.5, 1],
      date: "2020-01-02T03:04:05.678901",
      complex: { real: 1, imag: 2 },
      none: null,
      tuple: [1, "x"],
      text: "\u2028 \u00fc \u{1f600}",
      "minus zero": -0,
      false: false,
      zero: 0,
      empty: "",
    });
  });

  it("calls methods and functions of modules on Python's path", async () => {
    expect((await nogil(["run", `${MODULE}:Counter.add`, "1"])).stdout).toBe("2\n");
    expect((await nogil(["run", "math:gcd", "12", "18"])).stdout).toBe("6\n");
  });

  it.each(["thread", "process"])("runs in profile %s", async (profile) => {
    const { stdout } = await nogil(["run", "math:gcd", "12", "18", "--profile", profile]);
    expect(stdout).toBe("6\n");
  });
});

describe("mistakes", () => {
  it("shows Python's exception with its traceback and cause, not ours", async () => {
    const { stdout, stderr, code } = await nogil(["run", `${MODULE}:fail`, "x"]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: RuntimeError: cannot go on\nTraceback/);
    expect(stderr).toContain("ValueError: invalid literal");
    expect(stderr).toContain(MODULE);
    expect(stderr).not.toMatch(/\.js:\d/);
  });

  it("suggests the function that was meant", async () => {
    const { stderr, code } = await nogil(["run", `${MODULE}:tlak`, "x"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: no function 'tlak' in module; did you mean talk\?\n$/);
  });

  it("says which file does not exist", async () => {
    const { stderr, code } = await nogil(["run", "/nowhere/x.py:f"]);
    expect(code).toBe(1);
    expect(stderr).toContain("no such file: /nowhere/x.py");
  });

  it("shows what a module printed before it raised", async () => {
    const module = fileWith('print("loading")\n1 / 0\n');
    const { stdout, stderr, code } = await nogil(["run", `${module}:f`]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^loading\nerror: cannot load Python module .*ZeroDivisionError/);
    expect(stderr).toContain("1 / 0");
  });

  it("shows where a module does not parse", async () => {
    const module = fileWith("def f(:\n");
    const { stderr, code } = await nogil(["run", `${module}:f`]);
    expect(code).toBe(1);
    expect(stderr).toContain("SyntaxError");
  });

  it("names the place of what cannot be sent", async () => {
    const { stderr, code } = await nogil(["run", `${MODULE}:unsendable`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: result: /);
  });

  it("stops at the time limit", async () => {
    const file = `${temporaryFolder()}/started`;
    const { stderr, code } = await nogil(["run", `${MODULE}:sleep_long`, file, "--timeout", "300"]);
    expect(code).toBe(1);
    expect(stderr).toContain("did not finish within 300 ms");
  });

  it("says that there is no Python", async () => {
    const home = temporaryFolder();
    const { stderr, code } = await nogil(["run", "math:gcd", "1", "2"], {
      env: { HOME: home, PATH: home, XDG_CACHE_HOME: home },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("no Python 3.9 or newer");
  });
});

describe("Ctrl-C", () => {
  it("ends the call, lets Python clean up, and exits with 130", async () => {
    const file = `${temporaryFolder()}/started`;
    const { existsSync } = await import("node:fs");
    const { process: child, ended } = start(["run", `${MODULE}:sleep_long`, file]);
    await until(() => existsSync(file));
    child.kill("SIGINT");
    const { stdout, stderr, code } = await ended;
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).not.toContain("    at ");
    expect(existsSync(`${file}.clean`)).toBe(true);
  });

  it("ends an import that takes for ever", async () => {
    const file = `${temporaryFolder()}/importing`;
    const { existsSync } = await import("node:fs");
    const module = fileWith(`import time\nopen(${JSON.stringify(file)}, "w").close()\ntime.sleep(600)\n`);
    const { process: child, ended } = start(["run", `${module}:f`]);
    await until(() => existsSync(file));
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });
});
