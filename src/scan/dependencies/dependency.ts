/** One package that a file of the project asks for or has locked. */
import type { SourceRange } from "../../analyzer/index.js";

export interface Dependency {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** What the file allows, in the words of {@link boundsOf}. */
  readonly specifier: string;
  /** The names of its wheels, where the file lists them. */
  readonly wheels: readonly string[] | null;
  readonly isLocked: boolean;
  /** Needed only to develop the project: its tests, its documentation, its tools. */
  readonly isForDevelopment: boolean;
  readonly range: SourceRange;
}

/** Whether a file, a group or an extra of this name holds what only development needs. */
export function namesDevelopment(name: string): boolean {
  return /(^|[^a-z])(dev|develop|development|tests?|testing|docs?|lint|linting|typing|type-check|mypy|pre-commit|ci|build|benchmarks?|release|tox|nox|coverage|style)([^a-z]|$)/i.test(
    name,
  );
}
