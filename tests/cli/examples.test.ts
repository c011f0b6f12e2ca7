import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jsonLines, nogil, ROOT, startProcess, temporaryFolder } from "./command.js";

const example = (...path: string[]) => join(ROOT, "examples", ...path);

describe("examples", () => {
  it("primes counts primes", async () => {
    const { stdout, code } = await startProcess(process.execPath, [example("primes", "main.js"), "20000"])
      .ended;
    expect(code).toBe(0);
    expect(stdout).toBe("2262 primes below 20000\n");
  });

  it("handles watches, cancels and sees a task fail", async () => {
    const { stdout, code } = await startProcess(process.execPath, [example("handles", "main.js")]).ended;
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "ready at once: false",
      "step 1 of 3",
      "step 2 of 3",
      "step 3 of 3",
      "steps taken: 3",
      "ended within 50 ms: false",
      "cancelled: cooperative",
      "says so: true",
      "failed: ZeroDivisionError",
      "",
    ]);
  });

  it("batch counts the words of each line", async () => {
    const output = join(temporaryFolder(), "counts.jsonl");
    const { code } = await nogil([
      "map",
      `${example("batch", "words.py")}:count_words`,
      example("batch", "texts.jsonl"),
      "-o",
      output,
    ]);
    expect(code).toBe(0);
    const lines = jsonLines<{ index: number; value: object }>(readFileSync(output, "utf8"));
    expect(lines.map(({ index, value }) => [index, value])).toEqual([
      [0, { to: 2, be: 2, or: 1, not: 1 }],
      [1, { the: 2, cat: 1, and: 1, dog: 1 }],
      [2, { one: 1 }],
    ]);
  });
});
