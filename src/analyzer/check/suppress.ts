/** Applies the suppressions of every file that has some to the findings of a project. */
import { compareFindings, type Finding } from "../report.js";
import type { FileSummary } from "../summaries/index.js";
import {
  applySuppressions,
  SUPPRESSION_RULE,
  type Suppression,
  suppressionsOf,
} from "../suppression/index.js";
import { decodeSource, LineIndex, parseBytes } from "../syntax/index.js";
import type { ResolvedChoice } from "./options.js";

/**
 * Findings without the suppressed ones, and with those about suppressions.
 * @param read - the bytes of a file by its path; only files with a comment that speaks to nogil are read
 */
export function suppress(
  findings: readonly Finding[],
  summaries: readonly FileSummary[],
  read: (path: string) => Uint8Array | undefined,
  choiceOf: (path: string) => ResolvedChoice,
): Finding[] {
  let left = [...findings];
  for (const { path } of summaries.filter(({ markers }) => markers.length > 0)) {
    const file = read(path);
    if (file === undefined) continue;
    const choice = choiceOf(path);
    const { bytes } = decodeSource(file);
    const lines = new LineIndex(bytes);
    const suppressions = suppressionsOf(bytes, parseBytes(bytes).comments, () => lines);
    const own = left.filter((finding) => finding.path === path);
    const { kept, unused } = applySuppressions(own, suppressions, choice.isChecked);
    left = left.filter((finding) => finding.path !== path).concat(kept);
    if (!choice.isChecked(SUPPRESSION_RULE.code)) continue;
    for (const one of suppressions) {
      const unknown = one.rules.find((code) => !choice.isRule(code));
      const problem = one.problem ?? (unknown === undefined ? undefined : `there is no rule ${unknown}`);
      if (problem === undefined && !unused.includes(one)) continue;
      left.push(uselessFinding(path, one, problem, lines));
    }
  }
  return left.sort(compareFindings);
}

function uselessFinding(
  path: string,
  suppression: Suppression,
  problem: string | undefined,
  lines: LineIndex,
): Finding {
  const { code: rule, name, severity, fix } = SUPPRESSION_RULE;
  const { start, end, rules, target } = suppression;
  const [from, to] = [lines.position(start), lines.position(end)];
  const message =
    problem === undefined
      ? `there is no finding of ${rules.join(" or ")} on line ${target} to suppress`
      : `this suppression cannot be understood: ${problem}`;
  return {
    rule,
    name,
    severity,
    tier: "T3",
    message,
    why: "it is the comment itself, whatever threads do",
    fix,
    path,
    line: from.line,
    column: from.utf16Column + 1,
    endLine: to.line,
    endColumn: to.utf16Column + 1,
    symbol: "<module>",
    related: [],
  };
}
