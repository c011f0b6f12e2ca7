/** Annotations of a pull request: the workflow commands that GitHub Actions reads from the output of a step. */
import type { FileError, Finding, Severity } from "../report.js";

const COMMANDS: Readonly<Record<Severity, "error" | "warning" | "notice">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  performance: "notice",
  info: "notice",
};

/** The annotation of a finding, one line. */
export function githubAnnotation(finding: Finding): string {
  const { path, line, column, endLine, endColumn, severity, rule, name, message, why, fix } = finding;
  // A range over several lines must not have columns, and an end column is that of the last character.
  const columns = line === endLine ? { col: column, endColumn: Math.max(column, endColumn - 1) } : {};
  const title = `${rule} ${name}`;
  const text = `${message}\nwhy: ${why}\nfix: ${fix}`;
  // Lines of a notebook's file are lines of JSON.
  if (finding.cell !== undefined) {
    const place = `cell ${finding.cell}, line ${line}`;
    return command(COMMANDS[severity], { file: path, title }, `${place}: ${text}`);
  }
  return command(COMMANDS[severity], { file: path, line, endLine, ...columns, title }, text);
}

/** The annotation of what could not be checked, one line. */
export function githubError({ path, cell, line, column, message }: FileError): string {
  if (cell !== undefined) {
    const text = `cell ${cell}, line ${line}: ${message}`;
    return command("error", { file: path, title: "not checked" }, text);
  }
  const place = line === undefined ? {} : { line, col: column ?? 1 };
  return command("error", { file: path, ...place, title: "not checked" }, message);
}

function command(
  name: string,
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(String(value))}`);
  return `::${name} ${pairs.join(",")}::${escapedData(message)}`;
}

/** A message ends at a line break, and `%` begins an escape. */
function escapedData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A property also ends at a comma, and all of them at a colon. */
function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
