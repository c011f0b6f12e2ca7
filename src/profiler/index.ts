/** Measures how Python code scales with threads, and names what limits it. See docs/profiler.md. */
export { type BaselineComparison, compareWithBaseline, parseBaseline } from "./baseline.js";
export { drawChart } from "./chart.js";
export { type DiagnoseInput, diagnose } from "./diagnose.js";
export { drawPage } from "./html.js";
export { findCliff, findKnee } from "./knee.js";
export type { ProfileOptions, ProfileProgress } from "./options.js";
export { profile } from "./profile.js";
export {
  CAUSES,
  type Cause,
  type CauseId,
  type Comparison,
  type Machine,
  type ProfilePoint,
  type ProfileReport,
  type UslFit,
  type WaitingLine,
} from "./report.js";
export { fitUsl, uslThroughput } from "./usl.js";
