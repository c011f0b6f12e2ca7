import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ScanReport } from "../../src/scan/index.js";
import { environmentOf } from "../interpreter/extensions.js";
import { freeThreaded, withGil } from "../interpreters.js";
import { type CommandOptions, type Ended, nogil, temporaryFolder } from "./command.js";

const RACE = `import threading

count = 0


def work():
    global count
    count += 1


threads = [threading.Thread(target=work) for _ in range(2)]
`;
const MODULE = "PyMODINIT_FUNC PyInit_fast(void) {\n}\n";

function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A scan of the files, without an interpreter. */
function scan(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  options: CommandOptions = {},
) {
  return nogil(["scan", "--no-environment", ...args], { cwd: project(files), ...options });
}

function reportOf({ stdout }: Ended): ScanReport {
  return JSON.parse(stdout) as ScanReport;
}

describe("the verdict", () => {
  it("is ready without findings, with exit code 0", async () => {
    const { stdout, stderr, code } = await scan({ "a.py": "x = 1\n", "requirements.txt": "numpy>=2.1\n" });
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toContain(
      "Packaging: no findings in 2 files\nDependencies: 1 ready, 0 not ready, 0 not known\n",
    );
    expect(stdout).toMatch(/\n {2}known packages from .*, \d{4}-\d\d-\d\d\n/);
    expect(stdout.endsWith("\nPython 3.14t: ready\n")).toBe(true);
  });

  it("is ready after steps where the code races, with exit code 1", async () => {
    const { stdout, code } = await scan({ "a.py": RACE, Dockerfile: "FROM python\nENV PYTHON_GIL=1\n" });
    expect(code).toBe(1);
    expect(stdout).toContain("a.py:8:5: high: NG101 rmw-global in work\n");
    expect(stdout).toContain("  8 |     count += 1\n");
    expect(stdout).toContain("Dockerfile:2:5: medium: NG606 gil-forced\n");
    expect(stdout).toMatch(
      /\nPython 3\.14t: ready after these\n {2}- NG606: .* \(Dockerfile:2\)\n {2}- NG101: .* \(a\.py:8\)\n$/,
    );
  });

  it("is not ready with its reasons, and the steps behind them", async () => {
    const { stdout, code } = await scan({ "a.py": RACE, "fast.c": MODULE, "requirements.txt": "grpcio\n" });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\nPython 3\.14t: not ready, because\n {2}- NG601: .* \(fast\.c:1\)\n {2}- NG604: .* \(requirements\.txt:1\)\nand after these\n {2}- NG101: .*\n$/,
    );
  });
});

describe("what could not be read", () => {
  it("is named with its line, makes the exit code 2, and hides nothing", async () => {
    const { stdout, stderr, code } = await scan({
      "pyproject.toml": "[project\n",
      "fast.c": MODULE,
      "b.py": "def f(:\n",
    });
    expect(code).toBe(2);
    expect(stderr).toContain("pyproject.toml:1:9: not checked: could not be read: it is not TOML: ");
    expect(stderr).toContain("b.py:1:6: not checked: ");
    expect(stdout).toContain("fast.c:1:16: high: NG601");
    expect(stdout).toContain("2 files could not be read wholly");
  });

  it("is not the Python code of a project that has none", async () => {
    const { stderr, code } = await scan({ "fast.c": MODULE });
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    const empty = await scan({ "notes.txt": "" });
    expect(empty.code).toBe(2);
    expect(empty.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("is told of lock files of other tools", async () => {
    const { stdout, code } = await scan({ "a.py": "", "pixi.lock": "" });
    expect(code).toBe(0);
    expect(stdout).toContain("Note: pixi.lock is a lock file of a tool that nogil does not know");
  });
});

describe("options", () => {
  it("--json prints the documented fields and no others", async () => {
    const ended = await scan({ "a.py": RACE, "fast.c": MODULE, "requirements.txt": "idna\n" }, ["--json"]);
    const report = reportOf(ended);
    expect(ended.code).toBe(1);
    const head = ["version", "path", "target", "verdict", "because", "steps", "files", "packaging"];
    const rest = ["dependencies", "knownPackages", "environment", "check", "errors", "notes"];
    expect(Object.keys(report).sort()).toEqual([...head, ...rest].sort());
    expect(report).toMatchObject({
      version: 1,
      path: ".",
      target: "3.14t",
      verdict: "not-ready",
      environment: null,
    });
    const place = ["path", "line", "column", "endLine", "endColumn"];
    expect(Object.keys(report.packaging[0] ?? {}).sort()).toEqual(
      ["rule", "name", "severity", "effect", "message", "fix", ...place].sort(),
    );
    const dependency = ["name", "version", "path", "line", "status", "evidence", "reason"];
    expect(Object.keys(report.dependencies[0] ?? {}).sort()).toEqual(dependency.sort());
    expect(report.check?.findings).toMatchObject([{ rule: "NG101", path: "a.py" }]);
  });

  it("leave out the code, and what is below a severity, but never change the verdict", async () => {
    const files = { "a.py": RACE, "fast.c": MODULE, "environment.yml": "dependencies: []\n" };
    const bare = reportOf(await scan(files, ["--json", "--no-check", "--min-severity", "critical"]));
    expect(bare).toMatchObject({ verdict: "not-ready", packaging: [], check: null });
    const critical = await scan(files, ["--min-severity", "critical"]);
    expect(critical.code).toBe(0);
    expect(critical.stdout).toContain("not ready, because");
  });

  it.each([
    [["--target", "3.14"], 'option "target" is "3.14", expected a free-threaded version such as "3.14t"'],
    [["nowhere"], 'option "path" is "nowhere", expected a folder that exists'],
    [["--known", "nowhere.json"], 'option "known" is "nowhere.json", expected a JSON file'],
    [["--min-severity", "awful"], "Allowed choices are critical, high"],
    [["a", "b"], "too many arguments"],
  ])("%j ends with 2 and says what is expected", async (args, message) => {
    const { stdout, stderr, code } = await scan({}, args);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  it("check --explain prints the page of a packaging rule", async () => {
    const { stdout, code } = await nogil(["check", "--explain", "NG601"]);
    expect(code).toBe(0);
    expect(stdout).toContain("# NG601: ext-no-gil-slot");
  });
});

describe("the interpreter", () => {
  const python = freeThreaded();

  it.runIf(python !== undefined)(
    "its packages are measured, and the one that switches the GIL on is named",
    async () => {
      const environment = environmentOf(python!);
      environment.compile("fine", "not-used");
      environment.compile("shop._fast", "absent");
      environment.write("shop/__init__.py", "from . import _fast\n");
      environment.write("old.cpython-39-x86_64-linux-gnu.so", "");
      const cwd = project({ "a.py": "x = 1\n" });
      const ended = await nogil(["scan", "--python", environment.python], { cwd });
      expect(ended.code).toBe(1);
      expect(ended.stdout).toMatch(
        /shop\/__init__\.py:1:1: high: NG607 dep-runtime\n {2}shop: importing it switches the GIL on, because of shop\._fast/,
      );
      expect(ended.stdout).toMatch(
        /old\.cpython-39-x86_64-linux-gnu\.so:1:1: high: NG607 dep-runtime\n {2}it is compiled for cp39/,
      );
      expect(ended.stdout).toContain("2 packages with extension modules imported, 1 left the GIL off\n");
      expect(ended.stdout).toContain("not ready, because\n");
    },
  );

  it("with the GIL is a step to be done", async () => {
    const cwd = project({ "a.py": "x = 1\n" });
    const report = reportOf(await nogil(["scan", "--json", "--python", withGil().path], { cwd }));
    expect(report).toMatchObject({
      verdict: "ready-after",
      environment: { gilEnabled: true, packages: null },
    });
    expect(report.steps[0]?.text).toContain("use a free-threaded Python");
  });

  it("that is named and not there ends the scan", async () => {
    const { stdout, stderr, code } = await nogil(["scan", "--python", "/nowhere/python"], {
      cwd: project({ "a.py": "" }),
    });
    expect(stdout).toBe("");
    expect(stderr).toContain("/nowhere/python");
    expect(code).not.toBe(0);
  });
});
