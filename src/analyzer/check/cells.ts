/** Places in the source made of a notebook as places in its cells. */
import { type Notebook, placeInCell } from "../notebook/index.js";
import { compareFindings, type FileError, type Finding, type SourceRange } from "../report.js";

/** @param notebookAt - the notebook of a path, undefined for other files */
export function findingsInCells(
  findings: readonly Finding[],
  notebookAt: (path: string) => Notebook | undefined,
): Finding[] {
  const inCell = <R extends SourceRange>(range: R): R => {
    const notebook = notebookAt(range.path);
    if (notebook === undefined) return range;
    const start = placeInCell(notebook, range.line);
    return { ...range, ...start, endLine: range.endLine - range.line + start.line };
  };
  return findings
    .map((finding) => ({ ...inCell(finding), related: finding.related.map(inCell) }))
    .sort(compareFindings);
}

/** As {@link findingsInCells}. */
export function errorsInCells(
  errors: readonly FileError[],
  notebookAt: (path: string) => Notebook | undefined,
): FileError[] {
  return errors.map((error) => {
    const notebook = error.line === undefined ? undefined : notebookAt(error.path);
    return notebook === undefined ? error : { ...error, ...placeInCell(notebook, error.line ?? 1) };
  });
}
