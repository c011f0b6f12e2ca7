/** Which files there are, what is left out, and their bytes. */
export { type ExclusionKind, folderExclusion, isEnvironment, isGenerated } from "./exclusion.js";
export {
  type FoundFile,
  type FoundFiles,
  findFiles,
  type PathProblem,
  shownPath,
  systemProblem,
} from "./find-files.js";
export { type ReadResult, readSource } from "./read-file.js";
export { replaceFile } from "./replace-file.js";
