/** A scan as the terminal shows it: findings, then dependencies, interpreter and the verdict. */
import type { FileError } from "../analyzer/index.js";
import type { DependencyReport, PackagingFinding, ScanReport, Verdict, VerdictItem } from "../scan/index.js";
import { type Colors, plural } from "./terminal/index.js";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ready: "ready",
  "ready-after": "ready after these",
  "not-ready": "not ready, because",
};

export function findingLines(finding: PackagingFinding, { bold, red, yellow, cyan }: Colors): string[] {
  const { path, line, column, severity, rule, name, message, fix } = finding;
  const color = severity === "critical" || severity === "high" ? red : severity === "medium" ? yellow : cyan;
  return [
    `${bold(`${path}:${line}:${column}`)}: ${color(severity)}: ${bold(`${rule} ${name}`)}`,
    `  ${message}`,
    `  fix: ${fix}`,
  ];
}

export function errorLine({ path, line, column = 1, message }: FileError, { bold, red }: Colors): string {
  const place = line === undefined ? path : `${path}:${line}:${column}`;
  return `${bold(place)}: ${red("not checked")}: ${message}`;
}

/** All but the findings. */
export function overviewLines(report: ScanReport, colors: Colors): string[] {
  return [
    `Packaging: ${report.packaging.length === 0 ? "no findings" : plural(report.packaging.length, "finding")} in ${plural(report.files, "file")}`,
    ...dependencyLines(report),
    ...environmentLines(report),
    ...report.notes.map((note) => `Note: ${note}`),
    "",
    ...verdictLines(report, colors),
  ];
}

function dependencyLines({ dependencies, knownPackages }: ScanReport): string[] {
  if (dependencies.length === 0) return [];
  const of = (status: DependencyReport["status"]) => dependencies.filter((one) => one.status === status);
  const unknown = of("unknown").map(({ name }) => name);
  const counts = `${of("ready").length} ready, ${of("not-ready").length} not ready, ${unknown.length} not known`;
  const lines = [`Dependencies: ${counts}`];
  if (unknown.length > 0) lines.push(`  not known: ${unknown.join(", ")}`);
  if (dependencies.some(({ evidence }) => evidence === "known"))
    lines.push(`  known packages from ${knownPackages}`);
  return lines;
}

function environmentLines({ environment }: ScanReport): string[] {
  if (environment === null) return [];
  const { version, path, gilEnabled, reason, packages } = environment;
  const lines = [
    `Interpreter: Python ${version}, ${gilEnabled ? "with" : "without"} the GIL (${reason}): ${path}`,
  ];
  if (packages !== null) {
    const ready = packages.filter(({ verdict }) => verdict === "ready").length;
    lines.push(
      `  ${plural(packages.length, "package")} with extension modules imported, ${ready} left the GIL off`,
    );
  }
  return lines;
}

function verdictLines(
  { verdict, because, steps, target, errors, check }: ScanReport,
  colors: Colors,
): string[] {
  const { bold, green, yellow, red } = colors;
  const color = { ready: green, "ready-after": yellow, "not-ready": red }[verdict];
  const items = verdict === "not-ready" ? because : steps;
  const lines = [`${bold(`Python ${target}:`)} ${color(VERDICTS[verdict])}`, ...items.map(itemLine)];
  if (verdict === "not-ready" && steps.length > 0) lines.push("and after these", ...steps.map(itemLine));
  const missed = new Set([...errors, ...(check?.errors ?? [])].map(({ path }) => path)).size;
  if (missed > 0)
    lines.push(
      yellow(`${plural(missed, "file")} could not be read wholly: what they hold is no part of this.`),
    );
  return lines;
}

function itemLine({ text, rule, count, place }: VerdictItem): string {
  const more = count > 1 ? `, and ${count - 1} more` : "";
  return `  - ${rule === null ? "" : `${rule}: `}${text}${place === null ? "" : ` (${place}${more})`}`;
}
