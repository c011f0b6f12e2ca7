import { expect } from "vitest";
import { analyze, type Finding } from "../../../src/analyzer/index.js";

/** What one rule finds in a module, by default for 3.14t. */
export async function findings(
  code: string,
  source: string,
  options: { readonly target?: string; readonly strict?: boolean } = {},
): Promise<Finding[]> {
  const report = await analyze({
    sources: [{ path: "example.py", source }],
    target: options.target ?? "3.14t",
    strict: options.strict ?? false,
  });
  expect(report.errors).toEqual([]);
  return report.findings.filter((finding) => finding.rule === code);
}

/** A case of a rule: what it shows, the module, and the lines it is found on. */
export type RuleCase = readonly [code: string, what: string, source: string, lines: readonly number[]];

export async function expectLines([code, , source, lines]: RuleCase, target?: string): Promise<void> {
  const found = await findings(code, source, target === undefined ? {} : { target });
  expect(found.map(({ line }) => line)).toEqual(lines);
}
