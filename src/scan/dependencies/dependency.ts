/** One package that a file of the project asks for or has locked. */
import type { SourceRange } from "../../analyzer/index.js";
import type { ProjectFile } from "../project/index.js";

export interface Dependency {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** What the file allows, in the words of {@link boundsOf}. */
  readonly specifier: string;
  /** The names of its wheels, where the file lists them. */
  readonly wheels: readonly string[] | null;
  readonly isLocked: boolean;
  readonly range: SourceRange;
}

/** Reads the dependencies of one file; throws MalformedText if it is not of its tool's form. */
export type DependencyReader = (file: ProjectFile) => Dependency[];
