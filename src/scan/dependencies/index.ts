/** The dependencies of a project and what is known of them. */
import type { Target } from "../../analyzer/index.js";
import type { Project } from "../project/index.js";
import { type Judged, judgeDependency, onePerPackage } from "./judge.js";
import type { KnownPackages } from "./known-packages.js";
import { lockedDependencies } from "./lock-files.js";
import { requestedDependencies } from "./requested.js";

export type { Judged } from "./judge.js";
export { type KnownPackages, knownPackages } from "./known-packages.js";
export { normalName } from "./requirement.js";

/** Every package that the project's files name, once. */
export function dependenciesOf(project: Project, target: Target, known: KnownPackages): Judged[] {
  const named = [...lockedDependencies(project), ...requestedDependencies(project)];
  return onePerPackage(named.map((dependency) => judgeDependency(dependency, target, known)));
}
