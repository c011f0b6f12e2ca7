/** `nogil/pipeline`: items through stages, in parallel, with a checkpoint after each. */
export { askModel, callPython, llmStage, type PythonCalls, pythonStage } from "./calls.js";
export { JournalUnusable, StageTimeout } from "./errors.js";
export type { WorkTime } from "./journal.js";
export { decodeLine, encodeLine } from "./journal-line.js";
export type { Progress, StageProgress } from "./progress.js";
export { type DeadLetter, type RunReport, reportAsMarkdown, type StageReport } from "./report.js";
export { type RunResult, runPipeline } from "./run.js";
export type { RunOptions } from "./run-options.js";
export {
  type Dropped,
  definePipeline,
  drop,
  type Item,
  type Pipeline,
  type StageContext,
  type StageOptions,
  type Work,
} from "./stage.js";
