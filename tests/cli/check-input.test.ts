/** `nogil check` on notebooks and on stdin, as editors and hooks call it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nogil, temporaryFolder } from "./command.js";

const RACE = "n = 0\n\ndef f():\n    global n\n    n += 1\n";

it("shows a finding of a notebook with its cell and the line of the cell", async () => {
  const folder = temporaryFolder();
  const cells = [RACE].map((source) => ({ cell_type: "code", source }));
  writeFileSync(join(folder, "a.ipynb"), JSON.stringify({ cells }));
  writeFileSync(join(folder, "b.ipynb"), "{");
  const { stdout, stderr, code } = await nogil(["check", "."], { cwd: folder });
  expect(code).toBe(2);
  expect(stdout).toContain("a.ipynb:cell 1:5:5: high: NG101");
  expect(stdout).toContain("5 |     n += 1");
  expect(stderr).toContain("b.ipynb: not checked: not a notebook: its JSON is broken at line 1");
});

it("reads the source from stdin and names it as it is told to", async () => {
  const { stdout, code } = await nogil(["check", "-", "--stdin-filename", "pkg/a.py"], { input: RACE });
  expect(code).toBe(1);
  expect(stdout).toContain("pkg/a.py:5:5: high: NG101");
  expect(stdout).toContain("5 |     n += 1");
  expect((await nogil(["check", "-"], { input: "" })).code).toBe(0);
});

it.each([
  [["-", "a.py"], 'option "path" is ["-","a.py"]'],
  [["a.py", "--stdin-filename", "b.py"], 'option "stdin-filename" is "b.py"'],
])("refuses %j", async (args, message) => {
  const { stderr, code } = await nogil(["check", ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
