/** Each rule's page shows a file in which it finds something, and the same file repaired. */
import { describe, expect, test } from "vitest";
import { findRule } from "../../src/analyzer/index.js";
import { PACKAGING_RULES, type PackagingRule } from "../../src/scan/index.js";
import { type Files, found } from "./projects.js";

function exampleFiles({ example }: PackagingRule, text: string): Files {
  if (example !== null) return { [example]: text };
  return Object.fromEntries(text.split("\n").flatMap((path) => (path === "" ? [] : [[path, "\x7fELF"]])));
}

describe.each(PACKAGING_RULES.map((rule) => [rule.code, rule] as const))("%s", (code, rule) => {
  test("finds its unsafe example", async () => {
    expect(await found(code, exampleFiles(rule, rule.unsafe))).not.toEqual([]);
  });

  test("finds nothing in its safe example", async () => {
    expect(await found(code, exampleFiles(rule, rule.safe))).toEqual([]);
  });

  test("is complete, and no rule of check has its code", () => {
    expect(code).toMatch(/^NG6\d\d$/);
    expect(findRule(code)).toBeUndefined();
    for (const text of [rule.summary, rule.explanation, rule.fix, rule.versions, rule.source])
      expect(text.length).toBeGreaterThan(2);
  });
});
