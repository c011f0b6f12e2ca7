/** Files that are not what their name says: an error with its place, and the rest is scanned all the same. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scan } from "../../src/scan/index.js";
import { projectOf, scanFiles } from "./projects.js";

const DEEP = "[".repeat(50_000);

describe("malformed files", () => {
  test.each([
    ["pyproject.toml", "[project\n", 1],
    ["pyproject.toml", 'a = 1\na = "twice"\n', 2],
    ["pyproject.toml", `a = ${DEEP}`, undefined],
    ["Cargo.toml", "= 1", 1],
    [".github/workflows/ci.yml", "jobs:\n  a: [1\n  b: 2\n", 3],
    [".gitlab-ci.yml", "a: b: c\n", 1],
    ["compose.yaml", "\tservices:\n", 1],
    ["compose.yaml", `a: ${DEEP}`, undefined],
    ["environment.yml", 'dependencies:\n  - "open\n', 3],
    ["Pipfile.lock", '{"_meta": {},\n "default": }', 2],
    ["Pipfile.lock", DEEP, undefined],
    ["Pipfile.lock", "[]", 1],
    ["setup.cfg", "name = x\n", 1],
    ["tox.ini", "[tox]\nno key here\n", 2],
  ])("%s: %j", async (path, text, line) => {
    const { errors, packaging } = await scanFiles({ [path]: text, Dockerfile: "ENV PYTHON_GIL=1\n" });
    expect(errors).toMatchObject([
      { path, kind: "syntax", message: expect.stringMatching(/^could not be read: /) },
    ]);
    if (line !== undefined) expect(errors[0]?.line).toBe(line);
    expect(errors[0]?.message).not.toContain("\n");
    expect(packaging.map(({ path: at }) => at)).toContain("Dockerfile");
  });

  test("what is no UTF-8 is an error where the format asks for it, and read where it does not", async () => {
    const latin = Buffer.from("// \xe9\nPyMODINIT_FUNC PyInit_a(void) {\n}\n", "latin1");
    const { errors, packaging } = await scanFiles({
      "pyproject.toml": Buffer.from("a = '\xe9'", "latin1"),
      "a.c": latin,
    });
    expect(errors).toMatchObject([{ path: "pyproject.toml", kind: "encoding" }]);
    expect(packaging).toMatchObject([{ rule: "NG601", line: 2 }]);
  });

  test("values of other types than a rule looks for", async () => {
    const { errors, packaging } = await scanFiles({
      "pyproject.toml":
        'build-system = 1\nproject = []\n[tool]\ncibuildwheel = "x"\nmaturin = {features = 3}\npoetry = {group = 1}\n',
      "Cargo.toml": "dependencies = 5\ntarget = {a = 1}\n",
      "environment.yml": "dependencies: none\n",
      "compose.yaml": "- 1\n- [a, {b: c}]\n- ? {x: y}\n  : z\n",
    });
    expect({ errors, packaging }).toEqual({ errors: [], packaging: [] });
  });

  test("any bytes at all", async () => {
    const names = [
      "pyproject.toml",
      "uv.lock",
      "setup.cfg",
      "compose.yaml",
      "Pipfile.lock",
      "a.c",
      "lib.rs",
      "a.py",
      "setup.py",
      "Dockerfile",
      "requirements.txt",
    ];
    const pieces = fc.constantFrom(
      "[[package]]\n",
      "name = ",
      '"',
      "'",
      "#",
      "\\\n",
      'R"(',
      "/*",
      "{",
      "(",
      "]",
      ": ",
      "- ",
      "\n  ",
      "PyMODINIT_FUNC",
      "#[pymodule",
      "py_limited_api=True",
      "\u202e",
      "\u0000",
      "é",
    );
    const text = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const report = await scanFiles(Object.fromEntries(names.map((name) => [name, content])));
        expect(report.errors.filter(({ kind }) => kind === "internal")).toEqual([]);
        expect(JSON.stringify(report.packaging)).not.toMatch(/\u202e/);
      }),
      { numRuns: 25 },
    );
  });
});

describe("lock files of unknown tools", () => {
  test("are said not to be looked at; those of other ecosystems are none of ours", async () => {
    const { notes, errors } = await scanFiles({
      "pixi.lock": "version: 6\n",
      "conda-lock.yml": "",
      "Cargo.lock": "",
      "package-lock.json": "{}",
      "a.py": "",
    });
    expect(errors).toEqual([]);
    expect(notes).toHaveLength(2);
    for (const note of notes)
      expect(note).toMatch(/^(pixi\.lock|conda-lock\.yml) is a lock file of a tool that nogil does not know/);
  });
});

describe("folders", () => {
  test("without anything to scan are an error, not ready", async () => {
    const { errors } = await scanFiles({ "README.md": "" });
    expect(errors).toMatchObject([
      { path: ".", message: expect.stringContaining("neither Python code nor") },
    ]);
  });

  test("links that lead back, and names of files that are folders", async () => {
    const folder = projectOf({ "a.py": "" });
    symlinkSync(folder, join(folder, "again"));
    symlinkSync("nowhere", join(folder, "setup.py"));
    mkdirSync(join(folder, "pyproject.toml"));
    const { errors } = await scan({ path: folder, check: false, environment: false });
    expect(errors).toMatchObject([
      { path: "setup.py", kind: "unreadable", message: "no such file or folder" },
    ]);
  });

  test.each([
    [{ path: "/nowhere/at/all" }, 'option "path"'],
    [{ target: "3.14" }, 'option "target" is "3.14", expected a free-threaded version'],
    [{ target: "next" }, 'option "target"'],
    [{ minSeverity: "awful" as "high" }, 'option "minSeverity"'],
  ])("and options that cannot be meant: %j", async (options, message) => {
    await expect(scan({ environment: false, ...options })).rejects.toThrow(message);
  });
});
