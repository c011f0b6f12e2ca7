/** The stable form of a report: what `--format json` prints and docs/cli.md documents, and no more. */
import type { FileError, Finding, RelatedLocation, Report, ReportStats, SourceRange } from "../report.js";

export interface JsonFinding extends Omit<Finding, "why" | "fix"> {
  /** What is wrong, why threads are believed to meet there, and the smallest fix: a line each. */
  readonly message: string;
}

export interface JsonReport {
  readonly version: Report["version"];
  readonly target: string;
  readonly files: number;
  readonly findings: readonly JsonFinding[];
  readonly errors: readonly FileError[];
  readonly stats: ReportStats;
}

/** The report as plain data with exactly the documented fields, in their documented order. */
export function jsonReport({ version, target, files, findings, errors, stats }: Report): JsonReport {
  return { version, target, files, findings: findings.map(jsonFinding), errors, stats };
}

function jsonFinding(finding: Finding): JsonFinding {
  const { rule, name, severity, tier, path, line, column, endLine, endColumn, symbol, related } = finding;
  const message = [finding.message, `why: ${finding.why}`, `fix: ${finding.fix}`].join("\n");
  const place = { path, ...cellOf(finding), line, column, endLine, endColumn };
  return {
    rule,
    name,
    severity,
    tier,
    message,
    ...place,
    symbol,
    related: related.map(jsonRelated),
    ...repairOf(finding),
  };
}

/** Only findings that can be repaired mechanically have one. */
function repairOf({ repair }: Finding): Pick<Finding, "repair"> {
  return repair === undefined ? {} : { repair };
}

function jsonRelated(related: RelatedLocation): RelatedLocation {
  const { message, path, line, column, endLine, endColumn } = related;
  return { message, path, ...cellOf(related), line, column, endLine, endColumn };
}

/** Only places in notebooks have one. */
function cellOf({ cell }: SourceRange): Pick<SourceRange, "cell"> {
  return cell === undefined ? {} : { cell };
}
