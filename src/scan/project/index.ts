/** A project's files. */
export type { FileKind } from "./file-kind.js";
export { findProjectFiles, type ProjectFiles } from "./find-project-files.js";
export { at, isTable, Project, strings, type Table, tables } from "./project.js";
export { ProjectFile } from "./project-file.js";
