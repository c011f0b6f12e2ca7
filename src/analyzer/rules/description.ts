/** The texts of a rule, and what its severity becomes. */
import type { Severity, Tier } from "../report.js";

export interface RuleDescription {
  /** `NG105`; stable. */
  readonly code: string;
  /** `check-then-act-mapping`; stable. */
  readonly name: string;
  /** With the strongest evidence; {@link severityOf} lowers it by tier. */
  readonly severity: Severity;
  /** One line: what the rule finds. */
  readonly summary: string;
  /** Why it matters without the GIL, in one or two paragraphs. */
  readonly explanation: string;
  /** A small module in which the rule finds something. */
  readonly unsafe: string;
  /** The same module, repaired: the rule finds nothing. */
  readonly safe: string;
  /** How to repair it, smallest change first. */
  readonly fix: string;
  /** On which versions of Python it happens, in words. */
  readonly versions: string;
  /** Where it is documented. */
  readonly source: string;
  /** What the examples are written in, as Markdown names it. @default "python" */
  readonly language?: string;
}

/** Severity of a finding: what the rule says, lowered where nothing shows that threads meet. */
export function severityOf(severity: Severity, tier: Tier): Severity {
  if (tier !== "T0") return severity;
  return severity === "critical" || severity === "high" || severity === "medium" ? "low" : severity;
}
