/** Files to summaries, on as many threads as it pays. */

export { type SummariseOptions, summariseFiles } from "./summarise-files.js";
export { type FileJob, type FileResult, summariseSource } from "./summarise-on-disk.js";
