/** How `nogil check` prints a report, in each of its formats. */
import { readFileSync } from "node:fs";
import {
  githubAnnotation,
  githubError,
  jsonReport,
  type Report,
  RULE_DESCRIPTIONS,
  rulePage,
  type SourceLines,
  sarifLog,
  summaryOf,
  TextFormat,
} from "../analyzer/index.js";
import { packageFile } from "../package-root.js";
import type { Terminal } from "./terminal/index.js";

export const FORMATS = ["text", "json", "sarif", "github"] as const;
export type Format = (typeof FORMATS)[number];

/** Prints a report; `lines` has the source that it is about. */
export async function printReport(
  report: Report,
  format: Format,
  lines: SourceLines,
  terminal: Terminal,
): Promise<void> {
  if (format === "json") await terminal.print(JSON.stringify(jsonReport(report), null, 2));
  else if (format === "sarif") await terminal.print(JSON.stringify(sarif(report, lines), null, 2));
  else if (format === "github") await printAnnotations(report, terminal);
  else await printText(report, lines, terminal);
}

async function printText(report: Report, lines: SourceLines, terminal: Terminal): Promise<void> {
  const text = new TextFormat(lines, terminal.colors);
  for (const finding of report.findings) await terminal.print(`${text.finding(finding)}\n`);
  for (const error of report.errors) terminal.note(text.error(error));
  await terminal.print(summaryOf(report));
}

async function printAnnotations(report: Report, terminal: Terminal): Promise<void> {
  for (const error of report.errors) await terminal.print(githubError(error));
  for (const finding of report.findings) await terminal.print(githubAnnotation(finding));
  terminal.note(summaryOf(report));
}

function sarif(report: Report, lines: SourceLines): object {
  const { version } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string };
  const rules = RULE_DESCRIPTIONS.map((rule) => ({ rule, page: rulePage(rule) }));
  return sarifLog(report, { version, cwd: process.cwd(), lines, rules });
}
