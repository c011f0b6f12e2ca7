import { describe, expect, test } from "vitest";
import { analyze, findRule, RULES } from "../../../src/analyzer/index.js";

/** Targets on which each rule's hazard exists. */
const TARGET = "3.14t";

async function found(code: string, source: string): Promise<string[]> {
  const report = await analyze({ sources: [{ path: "example.py", source }], target: TARGET });
  expect(report.errors).toEqual([]);
  return report.findings.filter((finding) => finding.rule === code).map((finding) => finding.message);
}

describe.each(RULES.map((rule) => [rule.code, rule] as const))("%s", (code, rule) => {
  test("finds its unsafe example", async () => {
    expect(await found(code, rule.unsafe)).not.toEqual([]);
  });

  test("finds nothing in its safe example", async () => {
    expect(await found(code, rule.safe)).toEqual([]);
  });

  test("is complete and can be looked up", () => {
    expect(rule.code).toMatch(/^NG\d{3}[a-z]?$/);
    expect(rule.name).toMatch(/^[a-z][a-z0-9-]+$/);
    for (const text of [rule.summary, rule.explanation, rule.fix, rule.versions, rule.source]) {
      expect(text.length).toBeGreaterThan(10);
    }
    expect(findRule(rule.code)).toBe(rule);
    expect(findRule(rule.code.toLowerCase())).toBe(rule);
    expect(findRule(rule.name)).toBe(rule);
  });
});

test("codes and names are unique", () => {
  expect(new Set(RULES.map((rule) => rule.code)).size).toBe(RULES.length);
  expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
});
