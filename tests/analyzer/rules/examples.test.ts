import { describe, expect, test } from "vitest";
import { analyze, DEFAULT_TARGET, findRule, RULES } from "../../../src/analyzer/index.js";

async function found(code: string, source: string): Promise<string[]> {
  const target = findRule(code)?.exampleTarget ?? DEFAULT_TARGET;
  const report = await analyze({ sources: [{ path: "example.py", source }], target });
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
