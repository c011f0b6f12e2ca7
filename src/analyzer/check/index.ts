/** An analysis from paths or sources to a report. */
export { type AnalyzeOptions, analyze, type SourceInput } from "./analyze.js";
export { explainRule } from "./explain.js";
export type { HazardCount, HazardRun, HazardRuns } from "./hazard-runs.js";
export type { RuleChoice } from "./options.js";
export { rulePages } from "./rule-pages.js";
