/** A report for people: what, where with the line, why, and what to do. */
import {
  type FileError,
  type Finding,
  type RelatedLocation,
  type Report,
  SEVERITIES,
  type Severity,
  type SourceRange,
} from "../report.js";
import { type Excerpt, excerptOf } from "./excerpt.js";
import type { SourceLines } from "./source-lines.js";

/** How parts of the text look; each may return its argument. */
export interface TextStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export class TextFormat {
  constructor(
    private readonly sources: SourceLines,
    private readonly style: TextStyle,
  ) {}

  /** One finding, without a line break at its end. */
  finding(finding: Finding): string {
    const { bold, dim } = this.style;
    const severity = this.colored(finding.severity, finding.severity);
    const gutter = this.gutter([finding, ...finding.related]);
    return [
      `${bold(placeOf(finding))}: ${severity}: ${bold(`${finding.rule} ${finding.name}`)} ${dim(`in ${finding.symbol}`)}`,
      ...indented(finding.message),
      ...this.excerpt(finding, gutter, this.style.red),
      ...finding.related.flatMap((related) => this.related(related, finding, gutter)),
      ...labelled("why", `${finding.tier}: ${finding.why}`),
      ...labelled("fix", finding.fix),
    ].join("\n");
  }

  /** One file that could not be checked, or not wholly. */
  error(error: FileError): string {
    const { bold, red } = this.style;
    const { path, line, column = 1, message } = error;
    if (line === undefined) return `${bold(path)}: ${red("not checked")}: ${message}`;
    const cell = error.cell === undefined ? {} : { cell: error.cell };
    const range = { path, ...cell, line, column, endLine: line, endColumn: column + 1 };
    const head = `${bold(placeOf(range))}: ${red("not checked")}: ${message}`;
    return [head, ...this.excerpt(range, this.gutter([range]), red)].join("\n");
  }

  private related(related: RelatedLocation, finding: Finding, gutter: number): string[] {
    const isNear = related.path === finding.path && related.cell === finding.cell;
    const place = isNear ? `line ${related.line}` : placeOf(related);
    return [...labelled(place, related.message), ...this.excerpt(related, gutter, this.style.cyan)];
  }

  private excerpt(range: SourceRange, gutter: number, color: (text: string) => string): string[] {
    const line = this.sources.line(range);
    if (line === undefined || line.trim() === "") return [];
    const { source, marks }: Excerpt = excerptOf(line, range);
    const { dim } = this.style;
    return [
      `${dim(`${String(range.line).padStart(gutter)} |`)} ${source}`,
      `${dim(`${" ".repeat(gutter)} |`)} ${color(marks)}`,
    ];
  }

  private gutter(ranges: readonly SourceRange[]): number {
    return 2 + Math.max(...ranges.map(({ line }) => String(line).length));
  }

  private colored(severity: Severity, text: string): string {
    const { red, yellow, cyan } = this.style;
    if (severity === "critical" || severity === "high") return red(text);
    return severity === "medium" ? yellow(text) : cyan(text);
  }
}

/** The last line: how many findings of what severity, in how many files. */
export function summaryOf(report: Report): string {
  const { findings, files, errors } = report;
  const severities = SEVERITIES.map((severity) => findings.filter((one) => one.severity === severity).length)
    .flatMap((count, index) => (count === 0 ? [] : [`${count} ${SEVERITIES[index]}`]))
    .join(", ");
  const found =
    findings.length === 0 ? "no findings" : `${plural(findings.length, "finding")} (${severities})`;
  const broken = new Set(errors.map(({ path }) => path)).size;
  const missed = broken === 0 ? "" : `; ${plural(broken, "path")} could not be checked wholly`;
  return `${found} in ${plural(files, "file")} for Python ${report.target}${missed}`;
}

function placeOf({ path, cell, line, column }: SourceRange): string {
  return cell === undefined ? `${path}:${line}:${column}` : `${path}:cell ${cell}:${line}:${column}`;
}

function labelled(label: string, text: string): string[] {
  return indented(`${label}: ${text}`);
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`);
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
