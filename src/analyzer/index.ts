/** Static analysis of Python source. */

export { baselineOf, fingerprintsOf, parseBaseline, withoutKnown } from "./baseline/index.js";
export { type LinkedProject, linkProject } from "./calls/index.js";
export {
  type AnalyzeOptions,
  analyze,
  explainRule,
  type FixedFiles,
  fixFiles,
  type HazardCount,
  type HazardRun,
  type HazardRuns,
  ProjectAnalysis,
  type ProjectOptions,
  RULE_DESCRIPTIONS,
  type RuleChoice,
  rulePage,
  rulePages,
  type SourceInput,
} from "./check/index.js";
export { editedText, unifiedDiff } from "./fixes/index.js";
export {
  githubAnnotation,
  githubError,
  type JsonFinding,
  type JsonReport,
  jsonReport,
  type SarifContext,
  SourceLines,
  sarifLog,
  summaryOf,
  TextFormat,
  type TextStyle,
} from "./format/index.js";
export * from "./report.js";
export { findRule, RULES, type Rule, type RuleDescription, severityOf } from "./rules/index.js";
export { type RunOptions, runRules, summaryErrors, summarySize } from "./run-rules.js";
export { folderExclusion, isEnvironment, replaceFile, systemProblem } from "./source/index.js";
export {
  type FileSummary,
  type Marker,
  SUMMARY_FORMAT,
  summariseFile,
  transferList,
} from "./summaries/index.js";
export * from "./syntax/index.js";
export { DEFAULT_TARGET, isAtLeast, parseTarget, type Target } from "./target.js";
