/** What rules say of themselves, as SARIF has it. */
import type { Severity } from "../../report.js";
import type { RuleDescription } from "../../rules/index.js";

/** SARIF has three levels. */
export const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  performance: "note",
  info: "note",
};

/** A rule as a SARIF reporting descriptor. */
export function reportingDescriptor(rule: RuleDescription, page: string): object {
  return {
    id: rule.code,
    name: rule.name,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.explanation },
    help: { text: `${rule.explanation}\n\nFix: ${rule.fix}`, markdown: page },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: ["concurrency", "free-threading"], severity: rule.severity, versions: rule.versions },
  };
}
