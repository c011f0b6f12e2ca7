/** The article pipeline: sources to posts. The command line is its only face. */
export {
  CONFIG_FILE,
  type Config,
  type ConfigOptions,
  checkConfig,
  readConfig,
  type SourceOptions,
} from "./config.js";
export type { Environment } from "./environment.js";
export type { Published } from "./model.js";
export {
  type ArticleRun,
  type ArticleRunOptions,
  REPORT,
  remoteSources,
  runArticles,
  runAsMarkdown,
  type Step,
} from "./run.js";
