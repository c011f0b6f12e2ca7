/** `nogil check` with a pyproject.toml and with a baseline. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { nogil, temporaryFolder } from "./command.js";

const RACE = "n = 0\n\ndef f():\n    global n\n    n += 1\n";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, "a.py"), RACE);
});

const check = (...args: string[]) => nogil(["check", ...args], { cwd: folder });

it("heeds [tool.nogil], and ends with 2 and the line where it is no TOML", async () => {
  const settings = join(folder, "pyproject.toml");
  writeFileSync(settings, '[tool.nogil]\nignore = ["NG101"]\n');
  expect((await check()).code).toBe(0);
  expect((await check("--ignore", "NG105")).code).toBe(1);
  writeFileSync(settings, "[tool.nogil]\nignore = [\n\n");
  const { stdout, stderr, code } = await check();
  expect(code).toBe(2);
  expect(stderr).toMatch(/^pyproject\.toml:\d:\d+: not checked: Invalid TOML document/);
  expect(stdout).toContain("NG101");
});

it("tells only of what the baseline does not know, and says what of it is gone", async () => {
  const file = join(folder, "baseline.json");
  expect((await check("--baseline", file, "--write-baseline")).code).toBe(0);
  expect(readFileSync(file, "utf8")).toContain('"rule": "NG101"');
  writeFileSync(join(folder, "a.py"), `import os\n\n${RACE}`);
  expect((await check("--baseline", file)).code).toBe(0);
  writeFileSync(join(folder, "a.py"), RACE.replaceAll("f()", "g()"));
  const { stderr, code } = await check("--baseline", file);
  expect(code).toBe(1);
  expect(stderr).toContain("1 of its findings are gone");
});

it.each([
  ["missing.json", "no such file or folder; --write-baseline makes one"],
  ["a.py", "is not what --write-baseline writes"],
])("refuses the baseline %s", async (name, message) => {
  const { stderr, code } = await check("--baseline", name);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
