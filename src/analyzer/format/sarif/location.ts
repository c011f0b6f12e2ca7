/** Places of a report as SARIF locations and code flows. */
import type { Finding, RelatedLocation, SourceRange } from "../../report.js";
import { artifactLocation } from "./uri.js";

/** Rules in which two threads do something that must not meet; elsewhere a code flow would invent the second one. */
const TWO_THREADS = /^NG(1|2|404|411|414)/;
/** Runs once, in one thread. */
const IMPORT_TIME = "<module>";

export interface Location {
  readonly id?: number;
  readonly physicalLocation: object;
  readonly logicalLocations?: readonly object[];
  readonly message?: { readonly text: string };
}

/** A place, with what is to be said of it and the function it is in. */
export function locationOf(range: SourceRange, message?: string, symbol?: string): Location {
  const { cell, line: startLine, column: startColumn, endLine, endColumn } = range;
  // Lines of the file would be lines of JSON, which nobody looks at; so the place in the cell is a logical one.
  const region = cell === undefined ? { region: { startLine, startColumn, endLine, endColumn } } : {};
  const logical = [
    ...(symbol === undefined ? [] : [{ fullyQualifiedName: symbol }]),
    ...(cell === undefined ? [] : [{ name: `cell ${cell}, line ${startLine}`, kind: "element" }]),
  ];
  return {
    physicalLocation: { artifactLocation: artifactLocation(range.path), ...region },
    ...(logical.length === 0 ? {} : { logicalLocations: logical }),
    ...(message === undefined ? {} : { message: { text: message } }),
  };
}

/** The two threads of a race, each with what it does in its order; undefined for what is no race. */
export function codeFlowOf(finding: Finding): object | undefined {
  if (!TWO_THREADS.test(finding.rule)) return undefined;
  const accesses = finding.related.filter(({ isThreadStart }) => isThreadStart !== true);
  const starts = finding.related.filter(({ isThreadStart }) => isThreadStart === true);
  const own: RelatedLocation = { ...finding, message: finding.message };
  const one = [own, ...accesses.filter(({ symbol }) => symbol === undefined || symbol === finding.symbol)];
  const others = accesses.filter(
    ({ symbol }) => symbol !== undefined && symbol !== finding.symbol && symbol !== IMPORT_TIME,
  );
  one.sort((a, b) => a.line - b.line || a.column - b.column);
  // Where nothing else takes part, a second thread in the same function does.
  const other = others.length > 0 ? others : one;
  return {
    message: { text: finding.why },
    threadFlows: [threadFlow("thread 1", [...starts, ...one]), threadFlow("thread 2", [...starts, ...other])],
  };
}

function threadFlow(id: string, steps: readonly RelatedLocation[]): object {
  return { id, locations: steps.map((step) => ({ location: locationOf(step, step.message) })) };
}
