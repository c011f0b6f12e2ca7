/** The rule about suppressions themselves. It has no matcher: it is what is left when findings were suppressed. */
import type { RuleDescription } from "../rules/index.js";

export const SUPPRESSION_RULE: RuleDescription = {
  code: "NG099",
  name: "useless-suppression",
  severity: "info",
  summary: "a comment suppresses a finding that is not there, or cannot be understood",
  explanation:
    "A suppression that suppresses nothing hides the next problem on its line, and one that is misspelt leaves its " +
    "author in the belief that the finding was dealt with. A suppression of a rule that this run does not look for " +
    "is not reported.",
  unsafe: "LIMIT = 10  # nogil: ignore[NG101] set once\n",
  safe: "LIMIT = 10\n",
  fix: "Delete the comment, or correct it to `# nogil: ignore[NG105] reason`.",
  versions: "all",
  source: "docs/cli.md",
};
