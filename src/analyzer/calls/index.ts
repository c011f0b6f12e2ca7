/** The files of a project joined: who calls whom, who shares what, which locks are held. */
export * from "./entities.js";
export { type Evidence, MUTATING_METHODS } from "./evidence.js";
export { FileView } from "./file-view.js";
export { type LinkedProject, linkProject } from "./link.js";
export { Locks, SOME_LOCK } from "./locks.js";
