/** What `nogil check` says of files that are not what they should be: a message with a position, never a crash. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonReport } from "../../src/analyzer/index.js";
import { COMMAND, nogil, startProcess, temporaryFolder } from "./command.js";

const RACE =
  "import threading\n\nn = 0\n\n\ndef f():\n    global n\n    n += 1\n\n\nthreading.Thread(target=f).start()\n";
const RACE_PLACE = "race.py:8:5";
const DEEP = 10_000;
const MEGABYTE = 1_000_000;

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

function write(name: string, content: string | Buffer): void {
  writeFileSync(join(folder, name), content);
}

async function check(
  ...paths: string[]
): Promise<{ code: number | null; report: JsonReport; problems: string[] }> {
  const { stdout, stderr, code } = await nogil(["check", "--format", "json", ...paths], { cwd: folder });
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as JsonReport;
  const problems = report.errors.map(({ path, line, column, message }) =>
    line === undefined ? `${path}: ${message}` : `${path}:${line}:${column}: ${message}`,
  );
  return { code, report, problems };
}

describe("a file that is no Python source is told of with its place, and hides no finding of another", () => {
  it.each([
    [
      "bytes that are not UTF-8",
      Buffer.from('x = 1\ny = "\xff"\n', "latin1"),
      "bad.py:2:6: byte 0xff is not UTF-8",
    ],
    ["an encoding nobody knows", "# coding: klingon\n", 'bad.py:1:11: the encoding "klingon" is not known'],
    [
      "a mark of UTF-8 and another encoding",
      "\ufeff# coding: latin-1\n",
      "bad.py:1:11: the file begins with a UTF-8 mark",
    ],
    ["UTF-16", Buffer.from("\ufeffx = 1\n", "utf16le"), "bad.py:1:1: byte 0xff is not UTF-8"],
    ["a null byte", "x = 1\0\n", "bad.py:1:6: the source contains a null byte"],
    ["Python 2", 'print "hello"\nraise ValueError, "x"\n', "bad.py:1:7: 'print' is a function in Python 3"],
    ["a syntax error", "def f(:\n    pass\n", "bad.py:1:6: '(' is never closed"],
    ["tabs and spaces mixed", "if x:\n\ty = 1\n        z = 2\n", "bad.py:3:9: tabs and spaces are mixed"],
    ["a merge conflict", "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n", "bad.py:1:1: "],
    ["deep brackets", `x = ${"[".repeat(DEEP)}${"]".repeat(DEEP)}\n`, "more than 200 brackets are open here"],
    ["brackets without end", `x = ${"(".repeat(DEEP)}`, "bad.py:1:205: more than 200 brackets are open here"],
    ["deep lambdas", `x = ${"lambda: ".repeat(DEEP)}1\n`, "this is nested more than 99 levels deep"],
    [
      "deep blocks",
      `${Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth)}if x:\n`).join("")}${" ".repeat(1_000)}pass\n`,
      "bad.py:101:101: this is nested more than 99 levels deep",
    ],
  ])("%s", async (_, content, message) => {
    write("bad.py", content);
    write("race.py", RACE);
    const { code, report, problems } = await check(".");
    expect(code).toBe(2);
    expect(problems.join("\n")).toContain(message);
    expect(new Set(report.errors.map(({ path }) => path))).toEqual(new Set(["bad.py"]));
    expect(report.findings.map(({ path, line, column }) => `${path}:${line}:${column}`)).toEqual([
      RACE_PLACE,
    ]);
  });

  it("random bytes", async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const noise = Buffer.alloc(4_000, 0).map((_, at) => (at * 2_654_435_761 * seed) >>> 7);
      write(`noise${seed}.py`, Buffer.from(noise));
    }
    write("race.py", RACE);
    const { code, report } = await check(".");
    expect(code).toBe(2);
    expect(report.findings).toHaveLength(1);
    expect(new Set(report.errors.map(({ path }) => path)).size).toBe(8);
    expect(report.errors.every(({ kind, line }) => kind !== "internal" && line !== undefined)).toBe(true);
  });
});

describe("a file that is unusual but right is checked", () => {
  it.each([
    ["an encoding that is declared", Buffer.from(`# -*- coding: latin-1 -*-\ns = "\xe9"\n`, "latin1"), 2],
    ["a mark of UTF-8", "\ufeff", 0],
    ["a long expression", `x = 1${" + 1".repeat(DEEP)}\n`, 1],
    ["a long chain of attributes", `x = a${".a".repeat(DEEP)}\n`, 1],
    ["a long chain of calls", `x = a${"()".repeat(DEEP)}\n`, 1],
    ["many branches", `if a: pass\n${"elif a: pass\n".repeat(DEEP)}`, DEEP + 1],
    ["ten megabytes in one string", `x = "${"a".repeat(10 * MEGABYTE)}"\n`, 1],
  ])("%s", async (_, head, lines) => {
    write("race.py", Buffer.concat([Buffer.from(head), Buffer.from(RACE)]));
    const { code, report } = await check("race.py");
    expect(report.errors).toEqual([]);
    expect(code).toBe(1);
    expect(report.findings).toMatchObject([{ rule: "NG101", line: 8 + lines, column: 5 }]);
  });

  it("with the line ends of Windows and of old Macs", async () => {
    write("windows.py", RACE.replaceAll("\n", "\r\n"));
    write("mac.py", RACE.replaceAll("\n", "\r"));
    const { report } = await check(".");
    expect(report.errors).toEqual([]);
    expect(report.findings.map(({ path, line }) => `${path}:${line}`)).toEqual(["mac.py:8", "windows.py:8"]);
  });

  it("of ten megabytes", async () => {
    const body = '    y = x + 1\n    x = {"a": [1, 2, 3], "b": x, "c": f(y)}\n'.repeat(50);
    const block = `def f(x):\n${body}    return x\n\n\n`;
    write("race.py", block.repeat(Math.ceil((10 * MEGABYTE) / block.length)) + RACE);
    const { code, report } = await check("race.py");
    expect({ code, errors: report.errors }).toEqual({ code: 1, errors: [] });
    expect(report.findings).toHaveLength(1);
  });
});

describe("paths", () => {
  it("that are not there", async () => {
    write("race.py", RACE);
    const { code, report, problems } = await check("nowhere", "race.py");
    expect(code).toBe(2);
    expect(problems).toEqual(["nowhere: no such file or folder"]);
    expect(report.findings).toHaveLength(1);
  });

  it("without any Python file", async () => {
    write("notes.txt", "");
    mkdirSync(join(folder, "vendor"));
    writeFileSync(join(folder, "vendor", "a.py"), "");
    const { code, problems } = await check(".");
    expect(code).toBe(2);
    expect(problems).toEqual([
      ".: no Python files to check; left out: 1 vendored (name a path to have it checked)",
    ]);
    const { stdout, stderr } = await nogil(["check", "."], { cwd: folder });
    expect(stderr).toContain("no Python files to check");
    expect(stdout).toContain("no findings in 0 files");
  });

  it("in a circle of links", async () => {
    write("race.py", RACE);
    mkdirSync(join(folder, "pkg"));
    symlinkSync("..", join(folder, "pkg", "up"));
    symlinkSync("b.py", join(folder, "pkg", "a.py"));
    symlinkSync("a.py", join(folder, "pkg", "b.py"));
    const { code, report, problems } = await check(".");
    expect(code).toBe(2);
    expect(problems).toEqual([
      "pkg/a.py: a link that leads back to itself",
      "pkg/b.py: a link that leads back to itself",
    ]);
    expect(report.findings).toHaveLength(1);
  });

  it("that lead to a pipe", async () => {
    write("race.py", RACE);
    execFileSync("mkfifo", [join(folder, "pipe.py")]);
    expect((await check(".")).code).toBe(1);
    expect((await check("pipe.py")).problems).toEqual(["pipe.py: neither a file nor a folder"]);
  });

  it("that may not be read", async () => {
    write("race.py", RACE);
    write("secret.py", "");
    mkdirSync(join(folder, "closed"));
    chmodSync(join(folder, "secret.py"), 0);
    chmodSync(join(folder, "closed"), 0);
    chmodSync(folder, 0o755);
    // No mode keeps root out: then the command runs without the rights of root over files.
    const isRoot = process.getuid?.() === 0;
    const args = [process.execPath, COMMAND, "check", "--format", "json", "."];
    const dropped = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
    const { stdout, code } = await (isRoot
      ? startProcess("setpriv", [...dropped, ...args], { cwd: folder })
      : startProcess(args[0] as string, args.slice(1), { cwd: folder })
    ).ended;
    chmodSync(join(folder, "closed"), 0o755);
    const report = JSON.parse(stdout) as JsonReport;
    expect(code).toBe(2);
    expect(report.errors.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "closed: permission denied",
      "secret.py: permission denied",
    ]);
    expect(report.findings).toHaveLength(1);
  });
});
