import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileWith, jsonLines, nogil, start, temporaryFolder, until } from "./command.js";

const LINES = 60;

interface Line {
  readonly index: number;
  readonly value?: number;
  readonly error?: { readonly type: string };
  readonly input: string;
}

/** A batch in a folder of its own, whose function notes every call in a file. */
class Batch {
  readonly folder = temporaryFolder();
  readonly input = join(this.folder, "in.jsonl");
  readonly output = join(this.folder, "out.jsonl");
  readonly calls = join(this.folder, "calls");
  readonly allowed = join(this.folder, "allowed");
  readonly module = fileWith(`
import os, time

def square(x):
    time.sleep(0.02)
    with open(${JSON.stringify(this.calls)}, "a") as file:
        file.write(f"{x}\\n")
    return x * x

def cube(x): return x ** 3

def picky(x):
    if x % 10 == 3 and not os.path.exists(${JSON.stringify(this.allowed)}): raise ValueError("not yet")
    return square(x)
`);

  constructor() {
    this.write(Array.from({ length: LINES }, (_, i) => i));
  }

  write(values: readonly unknown[]): void {
    writeFileSync(this.input, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  }

  args(functionName: string, ...more: string[]): string[] {
    return ["map", `${this.module}:${functionName}`, this.input, "-o", this.output, ...more];
  }

  /** The lines of the output, all whole. */
  results(): Line[] {
    return jsonLines<Line>(existsSync(this.output) ? readFileSync(this.output, "utf8") : "");
  }

  called(): number[] {
    return existsSync(this.calls) ? readFileSync(this.calls, "utf8").trim().split("\n").map(Number) : [];
  }

  /** Starts it, and kills it when it has written some lines. */
  async interrupt(signal: NodeJS.Signals, functionName = "square"): Promise<number | null> {
    const before = existsSync(this.output) ? readFileSync(this.output, "utf8").split("\n").length : 1;
    const { process: child, ended } = start(this.args(functionName));
    await until(
      () => existsSync(this.output) && readFileSync(this.output, "utf8").split("\n").length >= before + 10,
    );
    child.kill(signal);
    return (await ended).code;
  }
}

const SQUARES = Array.from({ length: LINES }, (_, i) => ({ index: i, value: i * i }));

function withoutInput(lines: readonly Line[]): object[] {
  return lines.map(({ input: _, ...rest }) => rest);
}

describe("a batch that was stopped goes on where it was", () => {
  it.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("after %s, twice", async (signal) => {
    const batch = new Batch();
    const codes = [await batch.interrupt(signal), await batch.interrupt(signal)];
    const expected = { SIGKILL: null, SIGINT: 130, SIGTERM: 143 }[signal];
    expect(codes).toEqual([expected, expected]);
    const finished = batch.results().map(({ index }) => index);
    expect(finished.length).toBeGreaterThanOrEqual(20);
    expect(finished.length).toBeLessThan(LINES);
    const callsBefore = batch.called().length;
    const { code, stderr } = await nogil(batch.args("square"));
    expect(code).toBe(0);
    expect(stderr).toContain(`60 lines: 60 done, ${finished.length} of them in an earlier run`);
    expect(withoutInput(batch.results())).toEqual(SQUARES);
    const again = batch.called().slice(callsBefore);
    expect(again.filter((index) => finished.includes(index))).toEqual([]);
    expect(again).toHaveLength(LINES - finished.length);
  });

  it("with a last line that was not written whole", async () => {
    const batch = new Batch();
    await batch.interrupt("SIGKILL");
    appendFileSync(batch.output, '{"index":59,"value":34');
    expect((await nogil(batch.args("square"))).code).toBe(0);
    expect(withoutInput(batch.results())).toEqual(SQUARES);
  });

  it("and has nothing left to do when it was finished", async () => {
    const batch = new Batch();
    await nogil(batch.args("square"));
    const { code, stderr } = await nogil(batch.args("square"));
    expect(code).toBe(0);
    expect(stderr).toContain("60 of them in an earlier run");
    expect(batch.called()).toHaveLength(LINES);
  });

  it("with lines that were added to the input since", async () => {
    const batch = new Batch();
    await nogil(batch.args("square"));
    batch.write([...SQUARES.keys(), 1000]);
    expect((await nogil(batch.args("square"))).code).toBe(0);
    expect(withoutInput(batch.results())).toEqual([...SQUARES, { index: 60, value: 1_000_000 }]);
    expect(batch.called()).toHaveLength(LINES + 1);
  });

  it("from stdin as well", async () => {
    const batch = new Batch();
    await batch.interrupt("SIGKILL");
    const finished = batch.results().length;
    const args = ["map", `${batch.module}:square`, "-", "-o", batch.output];
    const { stderr } = await nogil(args, { input: readFileSync(batch.input, "utf8") });
    expect(stderr).toContain(`${finished} of them in an earlier run`);
    expect(withoutInput(batch.results())).toEqual(SQUARES);
  });
});

describe("lines that failed", () => {
  it("count as done until --retry-failed repeats them, and only them", async () => {
    const batch = new Batch();
    const first = await nogil(batch.args("picky"));
    expect(first.code).toBe(1);
    expect(first.stderr).toContain("60 lines: 54 done, 6 failed");
    expect(batch.results().filter(({ error }) => error !== undefined)).toHaveLength(6);
    writeFileSync(batch.allowed, "");
    const second = await nogil(batch.args("picky"));
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("6 lines failed in an earlier run; --retry-failed repeats them");
    const third = await nogil(batch.args("picky", "--retry-failed"));
    expect(third.code).toBe(0);
    expect(withoutInput(batch.results())).toEqual(SQUARES);
    expect(batch.called()).toHaveLength(LINES);
  });
});

describe("what does not belong together is refused", () => {
  async function refused(batch: Batch, functionName: string, ...more: string[]): Promise<string> {
    const before = readFileSync(batch.output, "utf8");
    const { code, stderr } = await nogil(batch.args(functionName, ...more));
    expect(code).toBe(1);
    expect(readFileSync(batch.output, "utf8")).toBe(before);
    return stderr;
  }

  it("a changed line, a missing line, another function, other options", async () => {
    const batch = new Batch();
    await nogil(batch.args("square"));
    const values = [...SQUARES.keys()];
    batch.write(values.with(40, 41));
    expect(await refused(batch, "square")).toContain("another line 41");
    batch.write(values.slice(0, 30));
    expect(await refused(batch, "square")).toContain("only 30 lines");
    batch.write(values);
    expect(await refused(batch, "cube")).toContain("the function or its options have changed");
    expect(await refused(batch, "square", "--spread")).toContain("--restart");
    expect(batch.called()).toHaveLength(LINES);
  });

  it("and --restart begins anew", async () => {
    const batch = new Batch();
    await nogil(batch.args("square"));
    expect((await nogil(batch.args("cube", "--restart"))).code).toBe(0);
    expect(withoutInput(batch.results())).toEqual(SQUARES.map((_, i) => ({ index: i, value: i ** 3 })));
  });

  it.each([
    ["a letter to a friend\n", "line 1"],
    ["a letter without an end", "line 1"],
    ['{"index":0,"value":0,"input":"0123456789abcdef"}\n{"index":1}\n', "line 2"],
    ['{"index":0,"value":0}\n', "line 1"],
    [
      '{"index":0,"value":0,"input":"0123456789abcdef"}\n{"index":0,"value":0,"input":"0123456789abcdef"}\n',
      "line 2",
    ],
  ])("a file of something else: %j", async (content, place) => {
    const batch = new Batch();
    writeFileSync(batch.output, content);
    expect(await refused(batch, "cube")).toContain(`${place} of ${batch.output} is not a result`);
  });

  it("the input as output", async () => {
    const batch = new Batch();
    const { code, stderr } = await nogil(["map", `${batch.module}:cube`, batch.input, "-o", batch.input]);
    expect(code).toBe(1);
    expect(stderr).toContain("is the input");
  });
});

describe("the order of the lines in the file", () => {
  it("is that of the input, whatever the order in which they ended", async () => {
    const batch = new Batch();
    // The first line ends when the result of the second is in the file.
    batch.write([true, false]);
    const other = join(batch.folder, "unordered.jsonl");
    const waitingFor = (output: string) =>
      `${fileWith(`
import os, time
def after(is_first):
    while is_first and os.path.getsize(${JSON.stringify(output)}) == 0: time.sleep(0.01)
`)}:after`;
    await nogil(["map", waitingFor(batch.output), batch.input, "-o", batch.output]);
    expect(batch.results().map(({ index }) => index)).toEqual([0, 1]);
    await nogil(["map", waitingFor(other), batch.input, "-o", other, "--unordered"]);
    expect(jsonLines<Line>(readFileSync(other, "utf8")).map(({ index }) => index)).toEqual([1, 0]);
  });
});
