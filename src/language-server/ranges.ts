/** Places of a report as places of the protocol, which count from 0. Both have columns in UTF-16 code units. */
import { DiagnosticSeverity, type Position, type Range } from "vscode-languageserver/node";
import type { RepairEdit, Severity } from "../analyzer/index.js";

export const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  critical: DiagnosticSeverity.Error,
  high: DiagnosticSeverity.Error,
  medium: DiagnosticSeverity.Warning,
  low: DiagnosticSeverity.Information,
  performance: DiagnosticSeverity.Information,
  info: DiagnosticSeverity.Hint,
};

export function rangeOf({ line, column, endLine, endColumn }: Omit<RepairEdit, "text">): Range {
  return {
    start: { line: line - 1, character: column - 1 },
    end: { line: endLine - 1, character: endColumn - 1 },
  };
}

/** Whether two ranges touch; an empty one is a place. */
export function touch(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
