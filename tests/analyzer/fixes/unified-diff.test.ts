/** The diff of any two texts, applied by git to the one, gives the other. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { unifiedDiff } from "../../../src/analyzer/index.js";

it("leads from the one text to the other", () => {
  const folder = mkdtempSync(join(tmpdir(), "nogil-diff-"));
  const file = join(folder, "a.py");
  const line = fc.constantFrom("a", "b", "c", "", "d\r");
  const text = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.constantFrom("\n", ""))
    .map(([lines, end]) => lines.join("\n") + end);
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== "" && after !== "");
      writeFileSync(file, before);
      const diff = unifiedDiff("a.py", before, after);
      if (before === after) expect(diff).toBe("");
      else
        execFileSync("git", ["apply", "--whitespace=nowarn", "-"], {
          cwd: folder,
          input: diff,
          stdio: "pipe",
        });
      expect(readFileSync(file, "utf8")).toBe(after);
    }),
    { numRuns: 40 },
  );
  rmSync(folder, { recursive: true });
});
