import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonReport } from "../../src/analyzer/index.js";
import { type CommandOptions, type Ended, nogil, temporaryFolder } from "./command.js";

const RACE = `import threading

count = 0


def work():
    global count
    for _ in range(1000):
        count += 1


threads = [threading.Thread(target=work) for _ in range(2)]
`;
const RACE_LINE = 9;
const SAFE = RACE.replace("        count += 1", "        with lock:\n            count += 1").replace(
  "count = 0",
  "count = 0\nlock = threading.Lock()",
);

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

function write(path: string, content: string | Buffer): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function check(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return nogil(["check", ...args], { cwd: folder, ...options });
}

async function checkJson(...args: string[]): Promise<JsonReport & { code: number | null }> {
  const { stdout, code } = await check(["--format", "json", ...args]);
  return { ...(JSON.parse(stdout) as JsonReport), code };
}

describe("exit codes", () => {
  it("is 0 without findings", async () => {
    write("safe.py", SAFE);
    const { stdout, stderr, code } = await check(["."]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toBe("no findings in 1 file for Python 3.14t\n");
  });

  it("is 1 with findings", async () => {
    write("race.py", RACE);
    expect((await check(["race.py"])).code).toBe(1);
  });

  it("is 2 if something could not be checked, and its neighbour's findings are there", async () => {
    write("race.py", RACE);
    write("broken.py", "def f(:\n");
    const { stdout, stderr, code } = await check(["."]);
    expect(code).toBe(2);
    expect(stdout).toContain(`race.py:${RACE_LINE}:9`);
    expect(stderr).toContain("broken.py:1:6: not checked: '(' is never closed");
    expect(stdout).toContain(
      "1 finding (1 high) in 2 files for Python 3.14t; 1 path could not be checked wholly",
    );
  });
});

describe("what is printed", () => {
  it("shows the line with a caret, the other places, why, and what to do", async () => {
    write("pkg/race.py", RACE);
    const { stdout } = await check(["pkg"]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`pkg/race.py:${RACE_LINE}:9: high: NG101 rmw-global in work`);
    expect(stdout).toContain("   9 |         count += 1\n     |         ^^^^^^^^^^\n");
    expect(stdout).toMatch(/^ {2}line 12: .*\n {2}12 \| threads = /m);
    expect(stdout).toMatch(/^ {2}why: T3: .*work is a threading.Thread target/m);
    expect(stdout).toMatch(/^ {2}fix: /m);
  });

  it("has the documented fields as JSON, and no others", async () => {
    write("race.py", RACE);
    const report = await checkJson(".");
    const { code, ...printed } = report;
    expect(code).toBe(1);
    expect(Object.keys(printed)).toEqual(["version", "target", "files", "findings", "errors", "stats"]);
    expect(report).toMatchObject({ version: 1, target: "3.14t", files: 1, errors: [] });
    const [finding] = report.findings;
    expect(Object.keys(finding ?? {})).toEqual(
      [
        "rule",
        "name",
        "severity",
        "tier",
        "message",
        "path",
        "line",
        "column",
        "endLine",
        "endColumn",
      ].concat("symbol", "related"),
    );
    expect(finding).toMatchObject({
      rule: "NG101",
      path: "race.py",
      line: RACE_LINE,
      column: 9,
      endColumn: 19,
    });
  });

  it("is the same twice, from the cache and without it", async () => {
    write("race.py", RACE);
    write("b/race.py", RACE.replaceAll("count", "total"));
    const [first, second, third] = [await check(["."]), await check(["."]), await check(["--no-cache", "."])];
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it("keeps escape sequences of a source file out of the terminal", async () => {
    write("race.py", RACE.replace("        count += 1", '        count += len("\x1b[31m\u202e")'));
    const { stdout } = await check(["."]);
    expect(stdout).toContain("count += len(");
    for (const character of ["\u001b", "\u202e"]) expect(stdout).not.toContain(character);
  });

  it("points at the right column behind tabs and wide characters", async () => {
    write(
      "race.py",
      RACE.replace("        count += 1", '\tif "漢字": count += 1')
        .replaceAll("    for", "\tfor")
        .replaceAll("    global", "\tglobal")
        .replace('\tif "', '\t\tif "'),
    );
    const { stdout } = await check(["."]);
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => line.includes("漢字"));
    const source = lines[at]?.replaceAll(/[漢字]/g, "xx") ?? "";
    const marks = lines[at + 1] ?? "";
    expect(source.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("count += 1");
  });
});

describe("options", () => {
  it("select and ignore rules by their code or its beginning", async () => {
    write("race.py", RACE);
    expect((await check(["--select", "NG1", "."])).code).toBe(1);
    expect((await check(["--select", "NG099", "."])).code).toBe(0);
    expect((await check(["--ignore", "NG0,ng101", "."])).code).toBe(0);
  });

  it("leave out what is below a severity", async () => {
    write("race.py", RACE);
    expect((await check(["--min-severity", "critical", "."])).code).toBe(0);
    expect((await check(["--min-severity", "high", "."])).code).toBe(1);
  });

  it("name the Python that the code will run on", async () => {
    write("race.py", RACE);
    expect((await checkJson("--target", "3.13t", ".")).target).toBe("3.13t");
  });

  it.each([
    [["--target", "2.7"], 'option "target" is "2.7", expected a version such as "3.14t"'],
    [["--select", "NG999"], 'option "select" is "NG999", expected the code of a rule'],
    [["--select", "E501"], 'Expected codes of rules such as "NG105"'],
    [["--explain", "NG999"], 'option "explain" is "NG999", expected the code of a rule: NG'],
    [["--min-severity", "awful"], "Allowed choices are critical, high"],
    [["--format", "xml"], "Allowed choices are text, json, sarif, github"],
  ])("%j ends with 2 and says what is expected", async (args, message) => {
    const { stdout, stderr, code } = await check([...args, "."]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  it("explain a rule", async () => {
    const { stdout, code } = await check(["--explain", "ng101"]);
    expect(code).toBe(0);
    for (const part of ["# NG101: rmw-global", "## Unsafe", "## Safe", "## Fix"])
      expect(stdout).toContain(part);
  });
});

describe("suppressions", () => {
  it.each([
    ["on the line", RACE.replace("count += 1", "count += 1  # nogil: ignore[NG101] one at a time")],
    [
      "on the line above",
      RACE.replace("        count += 1", "        # nogil: ignore[NG101] why\n        count += 1"),
    ],
  ])("take a finding back %s", async (_, source) => {
    write("race.py", source);
    expect((await check(["."])).code).toBe(0);
  });

  it("of another rule take nothing back, and are told of", async () => {
    write("race.py", RACE.replace("count += 1", "count += 1  # nogil: ignore[NG105]"));
    const { findings } = await checkJson(".");
    expect(findings.map(({ rule, line }) => `${rule}:${line}`)).toEqual([
      `NG101:${RACE_LINE}`,
      `NG099:${RACE_LINE}`,
    ]);
  });

  it.each(["ignore", "ignore[NG990]", "ignored[NG101]"])("that say %s are told of", async (directive) => {
    write("a.py", `x = 1  # nogil: ${directive}\n`);
    const { findings } = await checkJson(".");
    expect(findings).toMatchObject([{ rule: "NG099", severity: "info", line: 1, column: 8 }]);
  });
});

describe("the cache", () => {
  it("sees a change, also one that keeps size and date", async () => {
    write("race.py", RACE);
    const date = new Date(1_700_000_000_000);
    utimesSync(join(folder, "race.py"), date, date);
    expect((await check(["."])).code).toBe(1);
    write("race.py", RACE.replace("count += 1", "count  = 1"));
    utimesSync(join(folder, "race.py"), date, date);
    expect((await check(["."])).code).toBe(0);
  });

  it("sees a new file, a file that is gone and a change of options", async () => {
    write("safe.py", SAFE);
    expect((await check(["."])).code).toBe(0);
    write("race.py", RACE);
    expect((await check(["."])).code).toBe(1);
    expect((await check(["--ignore", "NG101", "."])).code).toBe(0);
    rmSync(join(folder, "race.py"));
    expect((await check(["."])).code).toBe(0);
  });

  it("that is damaged or cannot be written changes nothing", async () => {
    write("race.py", RACE);
    const cache = temporaryFolder();
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    const first = await check(["."], { env });
    const kept = join(cache, "nogil", "analyzer");
    expect(readdirSync(kept).length).toBeGreaterThan(0);
    for (const name of readdirSync(kept)) {
      const path = join(kept, name);
      writeFileSync(path, readFileSync(path).subarray(0, 40));
    }
    expect(await check(["."], { env })).toEqual(first);
    writeFileSync(join(cache, "file"), "");
    expect(await check(["."], { env: { ...env, XDG_CACHE_HOME: join(cache, "file") } })).toEqual(first);
  });
});

describe("threads", () => {
  it("find the same as one thread does", async () => {
    for (let file = 0; file < 24; file++) {
      const filler = `def f(x):\n    return {"a": [1, 2, x]}\n\n\n`.repeat(6_000);
      write(`pkg/m${file}.py`, file % 5 === 0 ? RACE + filler : filler);
    }
    const { code, findings, files } = await checkJson("--no-cache", ".");
    expect({ code, files }).toEqual({ code: 1, files: 24 });
    expect(findings.map(({ path, line }) => `${path}:${line}`)).toEqual(
      [0, 10, 15, 20, 5].map((file) => `pkg/m${file}.py:${RACE_LINE}`),
    );
  });
});
