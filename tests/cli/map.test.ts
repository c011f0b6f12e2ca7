import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMAND, fileWith, jsonLines, nogil, start, startProcess, temporaryFolder } from "./command.js";

const MODULE = fileWith(`
import os, sys, time

def square(x): return x * x
def add(a, b=10): return a + b
def describe(x): return repr(x)
def reciprocal(x): return 1 / x
def talk(x):
    print("at", x)
    return x
def after(path):
    """Makes the file, or waits for it: the first line for the last."""
    name, is_first = path
    if not is_first: open(name, "w").close()
    while is_first and not os.path.exists(name): time.sleep(0.01)
`);

interface Line {
  readonly index: number;
  readonly value?: unknown;
  readonly error?: { readonly type: string; readonly message: string; readonly traceback: string | null };
}

describe("map", () => {
  it("calls the function for each line and keeps the order", async () => {
    const input = Array.from({ length: 200 }, (_, i) => i);
    const { stdout, stderr, code } = await nogil(["map", `${MODULE}:square`], { input: input.join("\n") });
    expect(code).toBe(0);
    expect(jsonLines<Line>(stdout)).toEqual(input.map((i) => ({ index: i, value: i * i })));
    expect(stderr).toContain("200 lines: 200 done");
  });

  it("reads a file, or stdin by the name of -", async () => {
    const file = fileWith("1\n2\n", "in.jsonl");
    const fromFile = await nogil(["map", `${MODULE}:square`, file]);
    const fromStdin = await nogil(["map", `${MODULE}:square`, "-"], { input: "1\n2" });
    expect(fromFile.stdout).toBe('{"index":0,"value":1}\n{"index":1,"value":4}\n');
    expect(fromStdin.stdout).toBe(fromFile.stdout);
  });

  it("keeps ints, floats and large integers apart", async () => {
    const input = '1\n1.0\n1e2\n123456789012345678901234567890\n{"a": [2.0]}\n';
    const { stdout } = await nogil(["map", `${MODULE}:describe`], { input });
    const values = jsonLines<Line>(stdout).map(({ value }) => value);
    expect(values).toEqual(["1", "1.0", "100.0", "123456789012345678901234567890", "{'a': [2.0]}"]);
  });

  it("takes arrays as arguments with --spread and objects as keywords with --kwargs-lines", async () => {
    const spread = await nogil(["map", `${MODULE}:add`, "--spread"], { input: "[1]\n[1,2]\n7\n" });
    expect(spread.code).toBe(1);
    expect(jsonLines<Line>(spread.stdout)).toMatchObject([
      { value: 11 },
      { value: 3 },
      { error: { type: "MalformedLine", message: expect.stringContaining("--spread") } },
    ]);
    const keywords = await nogil(["map", `${MODULE}:add`, "--kwargs-lines"], {
      input: '{"a":1,"b":2}\n[1]\n',
    });
    expect(jsonLines<Line>(keywords.stdout)).toMatchObject([
      { value: 3 },
      { error: { type: "MalformedLine", message: expect.stringContaining("--kwargs-lines") } },
    ]);
  });

  it("writes an error line for what fails and for what is no JSON, and goes on", async () => {
    const { stdout, stderr, code } = await nogil(["map", `${MODULE}:reciprocal`], {
      input: '1\n0\nnot json\n"a"\n4\n',
    });
    expect(code).toBe(1);
    const lines = jsonLines<Line>(stdout);
    expect(lines.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(lines[0]).toEqual({ index: 0, value: 1 });
    expect(lines[1]?.error).toEqual({
      type: "ZeroDivisionError",
      message: "division by zero",
      traceback: expect.stringContaining(MODULE),
    });
    expect(lines[2]?.error).toEqual({
      type: "MalformedLine",
      message: expect.stringContaining("not JSON"),
      traceback: null,
    });
    expect(lines[3]?.error?.type).toBe("TypeError");
    expect(lines[4]).toEqual({ index: 4, value: 0.25 });
    expect(stderr).toContain("5 lines: 2 done, 3 failed");
  });

  it("counts blank lines and skips them, and bears a byte order mark and CRLF", async () => {
    const { stdout } = await nogil(["map", `${MODULE}:square`], { input: "\ufeff1\r\n\r\n  \n3\r\n" });
    expect(stdout).toBe('{"index":0,"value":1}\n{"index":3,"value":9}\n');
  });

  it("has nothing to do for an empty input", async () => {
    const { stdout, code } = await nogil(["map", `${MODULE}:square`], { input: "" });
    expect(code).toBe(0);
    expect(stdout).toBe("");
  });

  it("keeps the order although the second line ends first", async () => {
    const file = join(temporaryFolder(), "done");
    const input = `${JSON.stringify([file, true])}\n${JSON.stringify([file, false])}\n`;
    const { stdout } = await nogil(["map", `${MODULE}:after`], { input });
    expect(jsonLines<Line>(stdout).map(({ index }) => index)).toEqual([0, 1]);
  });

  it("hands results out as they come with --unordered", async () => {
    const file = join(temporaryFolder(), "seen");
    // The first line ends when the result of the second has been seen.
    const input = `${JSON.stringify([file, true])}\n${JSON.stringify([`${file}.other`, false])}\n`;
    const { process: child, ended } = start(["map", `${MODULE}:after`, "--unordered"], { input });
    child.stdout?.once("data", () => writeFileSync(file, ""));
    expect(jsonLines<Line>((await ended).stdout).map(({ index }) => index)).toEqual([1, 0]);
  });

  it("hands out a result before the next line is there", async () => {
    const { process: child, ended } = startProcess(process.execPath, [
      "-e",
      // Sends the second line only when the answer to the first has come.
      `const { spawn } = require("node:child_process");
       const [node, ...args] = process.argv.slice(1);
       const child = spawn(node, args, { stdio: ["pipe", "pipe", "inherit"] });
       child.stdin.write("1\\n");
       let text = "";
       child.stdout.on("data", (chunk) => {
         text += chunk;
         if (text.split("\\n").length === 2) child.stdin.end("2\\n");
       });
       child.on("close", () => process.stdout.write(text));`,
      process.execPath,
      COMMAND,
      "map",
      `${MODULE}:square`,
    ]);
    expect((await ended).stdout).toBe('{"index":0,"value":1}\n{"index":1,"value":4}\n');
    expect(child.exitCode).toBe(0);
  });

  it("sends Python's prints to stderr", async () => {
    const { stdout, stderr } = await nogil(["map", `${MODULE}:talk`], { input: "1\n2\n" });
    expect(jsonLines<Line>(stdout).map(({ value }) => value)).toEqual([1, 2]);
    expect(stderr).toContain("at 1\n");
  });

  it("holds but few of many lines in memory", async () => {
    const folder = temporaryFolder();
    const line = `${JSON.stringify("x".repeat(4000))}\n`;
    const count = 15_000;
    const input = join(folder, "in.jsonl");
    writeFileSync(input, line.repeat(count));
    const output = join(folder, "out.jsonl");
    // 60 MB in and 60 MB out with a heap of 40 MB.
    const { stderr, code } = await nogil(["map", "copy:copy", input, "-o", output], {
      node: ["--max-old-space-size=40"],
    });
    expect(stderr).toContain("15,000 lines: 15,000 done");
    expect(code).toBe(0);
  });
});

describe("what stops the whole batch", () => {
  it("is a device that is full", async () => {
    const command = `exec "$0" "$@" > /dev/full`;
    const args = [process.execPath, COMMAND, "map", "math:factorial"];
    const { stderr, code } = await startProcess("sh", ["-c", command, ...args], { input: "1\n" }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("error: cannot write to stdout: no space left on the device");
    expect(stderr).not.toContain("    at ");
  });

  it.each([
    [["math:fatcorial"], "did you mean factorial?"],
    [["/nowhere/x.py:f"], "no such file: /nowhere/x.py"],
    [["math:factorial", "/nowhere/in.jsonl"], "cannot read /nowhere/in.jsonl: no such file or folder"],
    [["math:factorial", "/"], "cannot read /: it is a folder"],
    [["math:factorial", "-", "-o", "/nowhere/out.jsonl"], "cannot write /nowhere/out.jsonl: no such file"],
    [["math:factorial", "-", "-o", "/dev/null"], "/dev/null is not a file"],
  ])("%j is one error, not one for each line", async (args, message) => {
    const { stdout, stderr, code } = await nogil(["map", ...args], { input: "1\n2\n3\n" });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).not.toContain("    at ");
  });

  it("ends when nobody reads the results any more", async () => {
    const many = "1\n".repeat(200_000);
    const { process: child, ended } = start(["map", `${MODULE}:square`], { input: many });
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { stderr, code } = await ended;
    expect(code).toBe(141);
    expect(stderr).not.toContain("EPIPE");
  });
});
