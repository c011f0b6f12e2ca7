/** `nogil check --fix` and `--diff` on files. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { nogil, temporaryFolder } from "./command.js";

const UNSAFE = "_d = {}\n\ndef f(k):\n    if k not in _d:\n        _d[k] = []\n";
const SAFE = "_d = {}\n\ndef f(k):\n    _d.setdefault(k, [])\n";

let folder = "";
let file = "";
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, "a.py");
  writeFileSync(file, UNSAFE, { mode: 0o640 });
});

const check = (args: readonly string[], input = "") => nogil(["check", ...args], { cwd: folder, input });

it("--fix rewrites the file, keeps its mode and tells of what is left", async () => {
  writeFileSync(join(folder, "b.py"), "n = 0\n\ndef g():\n    global n\n    n += 1\n");
  const { stdout, stderr, code } = await check(["--fix"]);
  expect(code).toBe(1);
  expect(stderr).toContain("findings fixed: 1; files changed: 1");
  expect(stdout).toContain("b.py:5:5");
  expect(stdout).not.toContain("a.py");
  expect(readFileSync(file, "utf8")).toBe(SAFE);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder).sort()).toEqual(["a.py", "b.py"]);
});

it("--diff shows the change and makes none, also of stdin", async () => {
  const { stdout, code } = await check(["--diff"]);
  expect(code).toBe(1);
  expect(stdout).toContain("--- a/a.py\n+++ b/a.py\n@@ -1,5 +1,4 @@\n");
  expect(stdout).toContain("-    if k not in _d:\n-        _d[k] = []\n+    _d.setdefault(k, [])\n");
  expect(readFileSync(file, "utf8")).toBe(UNSAFE);
  expect((await check(["--diff", "-", "--stdin-filename", "a.py"], UNSAFE)).stdout).toBe(stdout);
});

it("a file that may not be written is told of and left alone", async () => {
  chmodSync(file, 0o440);
  const { stderr, code } = await check(["--fix"]);
  expect(code).toBe(2);
  expect(stderr).toContain("not fixed: a.py: permission denied");
  expect(readFileSync(file, "utf8")).toBe(UNSAFE);
  expect((await check(["--fix", "-"], UNSAFE)).code).toBe(2);
});
