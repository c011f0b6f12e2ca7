/** A check of a project, from paths to a report. */
export { type CheckOptions, checkPaths } from "./check-paths.js";
export { explainRule, RULE_DESCRIPTIONS, rulePage } from "./explain.js";
export type { RuleChoice } from "./options.js";
