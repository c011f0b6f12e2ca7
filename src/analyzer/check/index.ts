/** An analysis from paths or sources to a report. */
export { type AnalyzeOptions, analyze, type SourceInput } from "./analyze.js";
export { explainRule, RULE_DESCRIPTIONS, rulePage } from "./explain.js";
export { type FixedFiles, fixFiles } from "./fix-files.js";
export type { HazardCount, HazardRun, HazardRuns } from "./hazard-runs.js";
export type { RuleChoice } from "./options.js";
export { ProjectAnalysis, type ProjectOptions } from "./project-analysis.js";
export { rulePages } from "./rule-pages.js";
