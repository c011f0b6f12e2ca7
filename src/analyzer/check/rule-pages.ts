/** The documentation of all rules: a page each and an index. */
import type { RuleDescription } from "../rules/index.js";
import { RULE_DESCRIPTIONS, rulePage } from "./explain.js";
import { type HazardRuns, seenSection } from "./hazard-runs.js";

const INDEX = "README.md";
const INTRODUCTION = `# Rules

What \`nogil check\` looks for in Python code, and \`nogil scan\` (NG6xx) in packaging, dependencies and environments.
\`nogil check --explain NG105\` prints one of these pages in the terminal.

Severity is that with the strongest evidence; where nothing shows that threads meet it is lower. Evidence has four tiers:
T3, a thread entry is visible; T2, the class or module owns a lock or documents thread safety; T1, state of a module or
class; T0, an attribute of a plain object, reported only with \`--strict\`.

The pages are written by \`npm run docs:rules\` from the files of the rules in \`src/analyzer/rules\`
and \`src/scan/rules\`.
`;

/**
 * The files of docs/rules, by name.
 * @param others - rules that are not the analyser's own
 * @param hazards - what running the examples of the rules showed; their pages quote it
 */
export function rulePages(
  others: readonly RuleDescription[] = [],
  hazards?: HazardRuns,
): Map<string, string> {
  const rules = [...RULE_DESCRIPTIONS, ...others].sort((a, b) => (a.code < b.code ? -1 : 1));
  const rows = rules.map(
    ({ code, name, severity, summary }) =>
      `| [${code}](${code}.md) | ${name} | ${severity} | ${cell(summary)} |`,
  );
  const index = [INTRODUCTION, "| rule | name | severity | finds |", "|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
  const pages = rules.map((rule) => {
    const seen = hazards === undefined ? undefined : seenSection(hazards, rule.code);
    const sections = seen === undefined ? [rulePage(rule)] : [rulePage(rule), seen];
    return [`${rule.code}.md`, `${sections.join("\n\n")}\n`] as const;
  });
  return new Map([[INDEX, index], ...pages]);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
