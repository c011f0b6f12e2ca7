/** Phase 2 as a whole. */
import type { FileSummary } from "../summaries/index.js";
import { findConstruction } from "./construction.js";
import { EvidenceFinder } from "./evidence.js";
import { Locks } from "./locks.js";
import { Project } from "./project.js";
import { findThreads } from "./threads.js";

/** Everything that rules ask. */
export interface LinkedProject {
  readonly project: Project;
  readonly locks: Locks;
  readonly evidence: EvidenceFinder;
}

/** Joins the summaries of a project. The order of the files does not matter to the findings. */
export function linkProject(summaries: readonly FileSummary[]): LinkedProject {
  const project = new Project(summaries);
  findConstruction(project);
  const locks = new Locks(project);
  findThreads(project);
  return { project, locks, evidence: new EvidenceFinder(project, locks) };
}
