/** Whether a project is ready for a Python without the GIL: packaging, dependencies, environment and code. */
export type {
  DependencyEvidence,
  DependencyReport,
  Effect,
  EnvironmentReport,
  PackagingFinding,
  ScanReport,
  Verdict,
  VerdictItem,
} from "./report.js";
export { PACKAGING_RULES, type PackagingRule } from "./rules/index.js";
export { type Scanned, type ScanOptions, scan, scanProject } from "./scan.js";
