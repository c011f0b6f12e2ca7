/** What a rule finds, why and how to repair it, for a terminal and for its page. */
import { InvalidOption } from "../../errors.js";
import { RULES, type RuleDescription } from "../rules/index.js";
import { SUPPRESSION_RULE } from "../suppression/index.js";

/** Every rule there is, by code. */
export const RULE_DESCRIPTIONS: readonly RuleDescription[] = [...RULES, SUPPRESSION_RULE].sort((a, b) =>
  a.code < b.code ? -1 : 1,
);

/**
 * The page of a rule as Markdown.
 * @param code - `NG105`, in any case
 * @param others - rules that are not the analyser's own
 * @throws InvalidOption if there is no such rule
 */
export function explainRule(code: string, others: readonly RuleDescription[] = []): string {
  const rules = [...RULE_DESCRIPTIONS, ...others];
  const rule = rules.find((one) => one.code.toUpperCase() === code.toUpperCase());
  if (rule === undefined) {
    const known = rules.map((one) => one.code).join(", ");
    throw new InvalidOption("explain", code, `the code of a rule: ${known}`);
  }
  return rulePage(rule);
}

/** The page of a rule. */
export function rulePage(rule: RuleDescription): string {
  return [
    `# ${rule.code}: ${rule.name}`,
    `${sentence(rule.summary)} Severity with the strongest evidence: **${rule.severity}**. Python: ${sentence(rule.versions)}`,
    rule.explanation,
    "## Unsafe",
    example(rule.unsafe, rule.language),
    "## Safe",
    example(rule.safe, rule.language),
    "## Fix",
    rule.fix,
    "## Source",
    rule.source,
  ].join("\n\n");
}

function example(code: string, language = "python"): string {
  return `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;
}

/** Begins with a capital and ends with a full stop. */
function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
