import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyze, RULES } from "../../src/analyzer/index.js";

const RACE = "n = 0\n\ndef f():\n    global n\n    n += 1\n";

describe("bad input", () => {
  test.each([
    ["an empty file", ""],
    ["Python 2", "print 'x'\nexec 'y'\nraise E, 'z'\n"],
    ["an open bracket", "def f(:\n    x = (1,\n"],
    ["tabs and spaces mixed", "def f():\n\tif x:\n        y\n\t  z\n"],
    ["only a comment", "# nothing\n"],
    ["zero bytes", "x\0 = 1\n\0\0"],
  ])("%s does not stop the other files", async (_name, source) => {
    const report = await analyze({
      sources: [
        { path: "bad.py", source },
        { path: "good.py", source: RACE },
      ],
    });
    expect(report.findings).toMatchObject([{ path: "good.py", rule: "NG101", line: 5 }]);
    expect(report.errors.every(({ path, kind }) => path === "bad.py" && kind === "syntax")).toBe(true);
  });

  test("bytes that are no UTF-8 are an error with their position, and the rest is checked", async () => {
    const source = Buffer.concat([Buffer.from("s = '"), Buffer.from([0xff]), Buffer.from(`'\n${RACE}`)]);
    const report = await analyze({ sources: [{ path: "latin.py", source }] });
    expect(report.errors).toMatchObject([{ path: "latin.py", kind: "encoding", line: 1, column: 6 }]);
    expect(report.findings).toMatchObject([{ rule: "NG101", line: 6 }]);
  });

  test("a broken function does not hide what stands around it", async () => {
    const report = await analyze({
      sources: [
        { path: "a.py", source: `${RACE}\ndef g(:\n    pass\n\ndef h():\n    global n\n    n -= 1\n` },
      ],
    });
    expect(report.findings.map(({ line }) => line)).toEqual([5, 12]);
    expect(report.errors).toMatchObject([{ kind: "syntax", line: 7 }]);
  });

  test.each([
    ["brackets", `x = ${"(".repeat(10_000)}1${")".repeat(10_000)}\n`],
    ["lists", `x = ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`],
    ["attributes", `x = a${".b".repeat(10_000)}\n`],
    ["subscripts", `x = a${"[0]".repeat(10_000)}\n`],
    ["calls", `x = a${"()".repeat(10_000)}\n`],
    ["additions", `x = 1${" + 1".repeat(10_000)}\n`],
    ["negations", `if ${"not ".repeat(10_000)}x: pass\n`],
    ["lambdas", `x = ${"lambda: ".repeat(10_000)}0\n`],
    ["conditions", `x = ${"a if b else ".repeat(10_000)}0\n`],
    ["else ifs", `if a: pass\n${"elif a: pass\n".repeat(10_000)}`],
    ["targets", `${"x = ".repeat(10_000)}0\n`],
    ["tuple targets", `${"(".repeat(5_000)}x${",)".repeat(5_000)} = y\n`],
  ])("10,000 %s inside one another end", async (_name, source) => {
    const report = await analyze({ sources: [{ path: "deep.py", source: `${source}${RACE}` }] });
    expect(report.errors.filter(({ kind }) => kind === "internal")).toEqual([]);
    expect(report.findings.map(({ rule }) => rule)).toContain("NG101");
  });
});

describe("any source", () => {
  const fragments = RULES.flatMap((rule) => rule.unsafe.split("\n"));
  const line = fc.oneof(
    fc.constantFrom(...fragments),
    fc.constantFrom(
      "class A(A):",
      "    def f(self):",
      "        with self:",
      "        self.f()",
      "    x = y = z",
      "@f",
      "async def g():",
      "    await self.x",
      "finally:",
      "except KeyError:",
      "else:",
      "    global x, f",
      "    nonlocal x",
      "import a.b.c",
      "from . import *",
      "from .. import x as y",
    ),
    fc.string({ maxLength: 12 }),
  );

  test("is analysed without an exception, whatever its lines are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { maxLength: 25 }), { minLength: 1, maxLength: 3 }),
        async (files) => {
          const sources = files.map((lines, index) => ({ path: `p/f${index}.py`, source: lines.join("\n") }));
          const report = await analyze({ sources, strict: true });
          expect(report.errors.filter(({ kind }) => kind === "internal")).toEqual([]);
          for (const finding of report.findings) {
            expect(finding.line).toBeGreaterThan(0);
            expect(finding.column).toBeGreaterThan(0);
            expect(finding.endLine).toBeGreaterThanOrEqual(finding.line);
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 240_000);

  test("is analysed without an exception when parts of it are missing", async () => {
    const whole = RULES.map((rule) => rule.unsafe).join("\n");
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(400), async (start, length) => {
        const source = whole.slice(0, start) + whole.slice(start + length);
        const report = await analyze({ sources: [{ path: "cut.py", source }] });
        expect(report.errors.filter(({ kind }) => kind === "internal")).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 240_000);
});

describe("folders", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nogil-analyze-"));
    await mkdir(join(folder, "pkg"));
    await writeFile(join(folder, "pkg", "a.py"), RACE);
    await writeFile(join(folder, "pkg", "notes.txt"), "n += 1");
    await symlink(folder, join(folder, "pkg", "circle"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("are searched for Python files, links in a circle left aside", async () => {
    const report = await analyze({ paths: [folder] });
    expect(report.files).toBe(1);
    expect(report.findings).toMatchObject([{ rule: "NG101", path: join(folder, "pkg", "a.py") }]);
  });

  test("that are not there are errors by name", async () => {
    const path = join(folder, "missing");
    const report = await analyze({ paths: [path, join(folder, "pkg")] });
    expect(report.errors).toMatchObject([{ path, kind: "unreadable" }]);
    expect(report.findings).toHaveLength(1);
  });
});
