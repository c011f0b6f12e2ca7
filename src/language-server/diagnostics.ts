/** What a report says of a file, as diagnostics. */
import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { FileError, Finding, RelatedLocation } from "../analyzer/index.js";
import { rangeOf, SEVERITIES } from "./ranges.js";

const SOURCE = "nogil";

/** @param uriOf - the URI of a path of the report */
export function diagnosticOf(finding: Finding, uriOf: (path: string) => string): Diagnostic {
  const related = ({ path, message, ...range }: RelatedLocation) => ({
    location: { uri: uriOf(path), range: rangeOf(range) },
    message,
  });
  return {
    range: rangeOf(finding),
    severity: SEVERITIES[finding.severity],
    code: finding.rule,
    source: SOURCE,
    message: [finding.message, `why: ${finding.why}`, `fix: ${finding.fix}`].join("\n"),
    relatedInformation: finding.related.map(related),
  };
}

/** What could not be checked. */
export function errorDiagnostic({ message, line = 1, column = 1 }: FileError): Diagnostic {
  const range = rangeOf({ line, column, endLine: line, endColumn: column + 1 });
  return { range, severity: DiagnosticSeverity.Error, source: SOURCE, message: `not checked: ${message}` };
}
