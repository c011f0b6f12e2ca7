/** All packaging rules over one project. */
import type { FileError, Target } from "../../analyzer/index.js";
import type { Project } from "../project/index.js";
import type { PackagingFinding } from "../report.js";
import { RuleContext } from "./packaging-rule.js";
import { PACKAGING_RULES } from "./registry.js";

/** A rule that fails is one error and hides no other. */
export function matchRules(
  project: Project,
  target: Target,
): { findings: PackagingFinding[]; errors: FileError[] } {
  const findings: PackagingFinding[] = [];
  const errors: FileError[] = [];
  for (const rule of PACKAGING_RULES) {
    const context = new RuleContext(rule, target);
    try {
      rule.match?.(project, context);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      errors.push({ path: "", kind: "internal", message: `rule ${rule.code} failed: ${reason}` });
    }
    findings.push(...context.findings);
  }
  return { findings, errors };
}
