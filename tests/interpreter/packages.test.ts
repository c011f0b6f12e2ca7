import { beforeAll, describe, expect, it } from "vitest";
import {
  checkPackages,
  inspectInterpreter,
  type PackageReadiness,
  type PackageReport,
} from "../../src/interpreter/index.js";
import { freeThreaded, withGil } from "../interpreters.js";
import { type Environment, environmentOf } from "./extensions.js";

const python = freeThreaded();

function fill({ compile, write }: Environment): void {
  compile("ready_alone", "not-used");
  compile("old_alone", "single-phase");
  // A package whose outer modules are innocent.
  const speedups = compile("outer._speedups", "absent");
  write("outer/__init__.py", "from . import core\n");
  write("outer/core.py", "import math\n\nfrom outer import _speedups\n");
  write("outer-1.2.dist-info/METADATA", `Metadata-Version: 2.1\nName: Outer\nVersion: 1.2\n${CLASSIFIERS}`);
  write("outer-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: cp313-cp313-linux_x86_64\n");
  // RECORD is what ties a file to its distribution.
  write("outer-1.2.dist-info/RECORD", `outer/__init__.py,,\nouter/core.py,,\n${speedups},,\n`);
  write("plain/__init__.py", "");
  write("plain-3.dist-info/METADATA", "Metadata-Version: 2.1\nName: plain\nVersion: 3\n");
  write("plain-3.dist-info/RECORD", "plain/__init__.py,,\n");
}

const CLASSIFIERS =
  "Classifier: Topic :: Utilities\nClassifier: Programming Language :: Python :: Free Threading :: 2 - Beta\n";

async function report(environment: Environment, timeoutMs = 60_000): Promise<PackageReport> {
  return checkPackages(await inspectInterpreter(environment.python), { timeoutMs });
}

function named({ packages }: PackageReport, module: string): PackageReadiness {
  const found = packages.find((one) => one.module === module);
  if (found === undefined) throw new Error(`${module} is not in the report`);
  return found;
}

describe.runIf(python !== undefined)("packages of a free-threaded environment", () => {
  let all: PackageReport;
  beforeAll(async () => {
    const environment = environmentOf(python!);
    fill(environment);
    all = await report(environment);
  });

  it("an extension that declares it needs no GIL is ready", () => {
    expect(named(all, "ready_alone")).toMatchObject({
      verdict: "ready",
      gilModule: null,
      chain: [],
      loaded: [{ module: "ready_alone", slot: "not-used" }],
    });
  });

  it("an extension of the old kind switches the GIL on", () => {
    expect(named(all, "old_alone")).toMatchObject({
      verdict: "turns-gil-on",
      gilModule: "old_alone",
      loaded: [{ module: "old_alone", slot: "single-phase" }],
    });
  });

  it("names the module inside a package, and the imports that lead to it with their lines", () => {
    const outer = named(all, "outer");
    expect(outer).toMatchObject({ verdict: "turns-gil-on", gilModule: "outer._speedups" });
    expect(outer.chain.map(({ module, line }) => [module, line])).toEqual([
      ["outer", 1],
      ["outer.core", 3],
      ["outer._speedups", null],
    ]);
    expect(outer.chain[1]?.file).toMatch(/outer\/core\.py$/);
    expect(outer.reason).toContain("outer._speedups");
    expect(outer.loaded).toEqual([{ module: "outer._speedups", slot: "absent" }]);
  });

  it("says what the distribution declares", () => {
    expect(named(all, "outer")).toMatchObject({
      distribution: "Outer",
      version: "1.2",
      wheelTags: ["cp313-cp313-linux_x86_64"],
      classifiers: ["Programming Language :: Python :: Free Threading :: 2 - Beta"],
    });
    expect(named(all, "ready_alone")).toMatchObject({ distribution: null, version: null, wheelTags: [] });
  });

  it("lists pure distributions apart, and is not ready as a whole", () => {
    expect(all.pure).toContain("plain");
    expect(all.packages.map(({ module }) => module)).toEqual(["old_alone", "outer", "ready_alone"]);
    expect(all.ready).toBe(false);
  });

  it("says what was not loaded instead of calling it ready", async () => {
    const other = environmentOf(python!);
    other.compile("lazy._first", "not-used");
    other.compile("lazy._second", "single-phase");
    other.write("lazy/__init__.py", "from lazy import _first\n");
    const lazy = named(await report(other), "lazy");
    expect(lazy).toMatchObject({ verdict: "ready", notLoaded: ["lazy._second"] });
  });

  it("blames the package that is imported, not the one that imports it", async () => {
    const other = environmentOf(python!);
    other.compile("bad", "absent");
    other.compile("good._fine", "not-used");
    other.write("good/__init__.py", "from good import _fine\nimport bad\n");
    const good = named(await report(other), "good");
    expect(good).toMatchObject({ verdict: "turns-gil-on", gilModule: "bad" });
    expect(good.loaded).toEqual([{ module: "good._fine", slot: "not-used" }]);
  });
});

describe.runIf(python !== undefined)("packages that do not survive being imported", () => {
  const names = ["aborts", "raises", "exits", "sleeps", "prints"];
  let all: PackageReport;
  beforeAll(async () => {
    const environment = environmentOf(python!);
    for (const name of names) environment.compile(`${name}._ext`, "not-used");
    environment.write("aborts/__init__.py", "import os\nos.abort()\n");
    environment.write("raises/__init__.py", "raise ImportError('libfoo.so is missing')\n");
    environment.write("exits/__init__.py", "import os\nos._exit(3)\n");
    environment.write("sleeps/__init__.py", "import time\ntime.sleep(600)\n");
    environment.write(
      "prints/__init__.py",
      "print('nogil-import-check:{}')\nimport os\nos.system('echo hello')\n",
    );
    all = await report(environment, 8_000);
  });

  it("each is reported as what it did, and the others are measured", () => {
    expect(Object.fromEntries(names.map((name) => [name, named(all, name).verdict]))).toEqual({
      aborts: "crashes",
      raises: "fails",
      exits: "crashes",
      sleeps: "hangs",
      prints: "ready",
    });
  });

  it("says how", () => {
    expect(named(all, "aborts").reason).toContain("SIGABRT");
    expect(named(all, "raises").reason).toContain("ImportError: libfoo.so is missing");
    expect(named(all, "exits").reason).toContain("exit code 3");
    expect(named(all, "sleeps").reason).toContain("8 s");
  });
});

describe("packages of a Python with the GIL", () => {
  it("cannot be measured, so nothing is called ready", async () => {
    const environment = environmentOf(withGil());
    environment.compile("old_alone", "single-phase");
    const all = await report(environment);
    expect(all.ready).toBe(false);
    expect(["unknown", "declares-nothing"]).toContain(named(all, "old_alone").verdict);
  });

  it("an environment without extension modules is an empty list", async () => {
    const all = await report(environmentOf(withGil()));
    expect(all.packages).toEqual([]);
  });
});

describe("options", () => {
  it("are validated", async () => {
    await expect(checkPackages(withGil(), { timeoutMs: 0 })).rejects.toThrow('option "timeoutMs" is 0');
    await expect(checkPackages(withGil(), { atOnce: 1.5 })).rejects.toThrow('option "atOnce" is 1.5');
  });
});
