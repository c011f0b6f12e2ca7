/** `[tool.nogil]`: what it changes, folder by folder, and what is said of mistakes in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AnalyzeOptions, analyze } from "../../../src/analyzer/index.js";

const RACE = "n = 0\n\ndef f():\n    global n\n    n += 1\n";
const CACHE = "_c = {}\n\ndef g(k):\n    if k not in _c:\n        _c[k] = h(k)\n    return _c[k]\n";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nogil-settings-"));
  mkdirSync(join(folder, ".git"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function check(options: AnalyzeOptions = {}) {
  const report = await analyze({ paths: ["."], cwd: folder, projectSettings: true, ...options });
  return {
    found: report.findings.map(({ rule, path }) => `${rule} ${path}`),
    errors: report.errors.map(({ path, line, message }) => `${path}:${line}: ${message}`),
    target: report.target,
  };
}

describe("settings", () => {
  it("of a folder go before those above it, key by key, and the caller's before both", async () => {
    write({
      "pyproject.toml": '[tool.nogil]\nselect = ["NG101"]\ntarget = "3.13t"\n',
      "a.py": RACE + CACHE,
      "sub/pyproject.toml": '[tool.nogil]\nselect = ["NG105"]\n',
      "sub/deep/b.py": RACE + CACHE,
      "other/pyproject.toml": '[project]\nname = "x"\n',
      "other/c.py": RACE + CACHE,
    });
    const { found, target, errors } = await check();
    expect({ target, errors }).toEqual({ target: "3.13t", errors: [] });
    expect(found).toEqual(["NG101 a.py", "NG101 other/c.py", "NG105 sub/deep/b.py"]);
    expect((await check({ select: ["NG105"], target: "3.14t" })).found).toHaveLength(3);
    expect((await check({ projectSettings: false })).found).toHaveLength(6);
  });

  it("leave out paths and rules, from the folder they stand in", async () => {
    write({
      "sub/pyproject.toml":
        '[tool.nogil]\nexclude = ["legacy", "gen/**/*_x.py"]\nmin-severity = "medium"\n[tool.nogil.per-file-ignores]\n"scripts/*.py" = ["NG101"]\n',
      "sub/legacy/a.py": RACE,
      "sub/gen/deep/b_x.py": RACE,
      "sub/gen/b_y.py": RACE,
      "sub/scripts/c.py": RACE + CACHE,
      "legacy/d.py": RACE,
      "sub/legacy/pyproject.toml": "broken = ",
    });
    expect(await check()).toMatchObject({
      found: ["NG101 legacy/d.py", "NG101 sub/gen/b_y.py", "NG105 sub/scripts/c.py"],
      errors: [],
    });
    // Named, it is wanted.
    expect((await check({ paths: ["sub/legacy/a.py"] })).found).toEqual(["NG101 sub/legacy/a.py"]);
  });

  it("end at the root of the repository", async () => {
    write({ "pyproject.toml": '[tool.nogil]\nignore = ["NG1"]\n', "repo/.git/HEAD": "", "repo/a.py": RACE });
    expect((await check()).found).toEqual(["NG101 repo/a.py"]);
  });

  it("that change are heeded, whatever the cache knows", async () => {
    const options = { cacheFolder: join(folder, ".cache") };
    write({ "a.py": RACE });
    expect((await check(options)).found).toHaveLength(1);
    write({ "pyproject.toml": '[tool.nogil]\nignore = ["NG101"]\n' });
    expect((await check(options)).found).toEqual([]);
    write({ "pyproject.toml": "[tool.nogil]\nignored = 1\n" });
    expect((await check(options)).errors).toHaveLength(1);
    expect((await check(options)).errors).toHaveLength(1);
  });

  it.each([
    ["[tool.nogil]\nselect = = 1\n", 2, "Invalid TOML document"],
    [
      "x = 1\n\n[tool.nogil]\nstrict = true\nselct = []\n",
      5,
      'has no key "selct"; the keys are target, select',
    ],
    ['[tool.nogil]\nselect = ["E501"]\n', 2, '"select" is ["E501"], expected an array of codes'],
    ["[tool.nogil]\nignore = 5\n", 2, '"ignore" is 5, expected an array of codes'],
    ['[tool.nogil]\ntarget = "2.7"\n', 2, '"target" is "2.7", expected a version'],
    ['[tool.nogil]\nmin-severity = "bad"\n', 2, "expected one of critical, high"],
    ["[tool.nogil]\nexclude = [1]\n", 2, "expected an array of patterns"],
    ['[tool.nogil.per-file-ignores]\n"a" = "NG1"\n', 1, '"per-file-ignores" is {"a":"NG1"}'],
    ["[tool]\nnogil = 3\n", undefined, "tool.nogil is 3, expected a table"],
  ])("that are wrong are told of and hide nothing: %j", async (text, line, message) => {
    write({ "pyproject.toml": text, "a.py": RACE });
    const { found, errors } = await check();
    expect(found).toEqual(["NG101 a.py"]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`pyproject.toml:${line}: `);
    expect(errors[0]).toContain(message);
  });
});
