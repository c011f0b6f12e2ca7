/** The whole of `nogil scan` but its command line: files, rules, dependencies, environment, code, verdict. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import {
  type AnalyzeOptions,
  analyze,
  DEFAULT_TARGET,
  type FileError,
  jsonReport,
  parseTarget,
  type Report,
  SEVERITIES,
  type Severity,
  type Target,
} from "../analyzer/index.js";
import { InvalidOption } from "../errors.js";
import { dependenciesOf, type Judged, knownPackages } from "./dependencies/index.js";
import {
  environmentFindings,
  environmentReport,
  measureEnvironment,
  withMeasurements,
} from "./environment/index.js";
import { findProjectFiles, Project } from "./project/index.js";
import type { PackagingFinding, ScanReport } from "./report.js";
import { depNotReady, matchRules, printable, RuleContext } from "./rules/index.js";
import { verdictOf } from "./verdict.js";

/** What to scan, and how. */
export interface ScanOptions {
  /** The project's folder. @default "." */
  readonly path?: string;
  /** What a relative path is relative to. @default the working folder of the process */
  readonly cwd?: string;
  /** The free-threaded Python that it shall run on. @default "3.14t" */
  readonly target?: string;
  /** The Python to look at: a path, a command, a virtual environment, a version. Its packages are imported. */
  readonly python?: string;
  /** Findings below this are left out; the verdict is that of all. @default "info" */
  readonly minSeverity?: Severity;
  /** Whether the code is checked too. @default true */
  readonly check?: boolean;
  /** Whether the interpreter is looked for and its environment measured. @default true */
  readonly environment?: boolean;
  /** A file to take the place of the list of known packages. */
  readonly known?: string;
  /** Where `check` keeps results of earlier runs; without it nothing is kept. */
  readonly cacheFolder?: string;
  /** Called with what is being done, and how much of it is done, from 0 to 1. */
  readonly onProgress?: (what: string, share: number) => void;
  /** Ends the scan with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A scan's report, and that of the check as it can be printed with source lines. */
export interface Scanned {
  readonly report: ScanReport;
  readonly code: Report | null;
}

/**
 * Says whether a project is ready for a Python without the GIL.
 * @throws InvalidOption for options that are not allowed
 * @throws InterpreterNotFound if `python` is not there
 */
export async function scan(options: ScanOptions = {}): Promise<ScanReport> {
  return (await scanProject(options)).report;
}

/** As {@link scan}; paths in findings are relative to the project's folder. */
export async function scanProject(options: ScanOptions = {}): Promise<Scanned> {
  const { minSeverity = "info", signal } = options;
  const target = freeThreadedTarget(options.target ?? DEFAULT_TARGET);
  if (!SEVERITIES.includes(minSeverity))
    throw new InvalidOption("minSeverity", minSeverity, SEVERITIES.join(", "));
  const folder = folderOf(options);
  const known = knownPackages(options.known);
  const { files, binaries, errors } = findProjectFiles(folder);
  const project = new Project(files, binaries);
  project.parseAll();
  const ruled = matchRules(project, target);
  const named = dependenciesOf(project, target, known);
  signal?.throwIfAborted();
  const measured =
    options.environment === false ? null : await measureEnvironment(environmentOptions(options, folder));
  const dependencies = measured === null ? named : withMeasurements(named, measured);
  const packaging = [
    ...ruled.findings,
    ...dependencyFindings(dependencies, target),
    ...(measured === null ? [] : environmentFindings(measured, target)),
  ].sort(byRule);
  const code =
    options.check === false ? null : withoutAbsence(await analyze(checkOptions(options, folder, target)));
  const isLow = ({ severity }: { readonly severity: Severity }) =>
    SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(minSeverity);
  const listed = code === null ? null : { ...code, findings: code.findings.filter((one) => !isLow(one)) };
  const nothing = files.length + binaries.length + (code?.files ?? 0) === 0;
  const report: ScanReport = {
    version: 1,
    path: options.path ?? ".",
    target: target.text,
    ...verdictOf({ packaging, code: code?.findings ?? [], measured }),
    files: files.length,
    packaging: packaging.filter((one) => !isLow(one)),
    dependencies: dependencies.map(({ dependency: _, fix: __, ...shown }) => shown),
    knownPackages: `${known.source}, ${known.date}`,
    environment: measured === null ? null : environmentReport(measured),
    check: listed === null ? null : jsonReport(listed),
    errors: [...errors, ...project.errors, ...ruled.errors, ...(nothing ? [NOTHING] : [])]
      .map((error) => ({ ...error, message: printable(error.message) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    notes: [
      ...unknownLocks(project),
      ...(measured?.notes ?? []),
      ...otherVersion(measured?.interpreter?.version, target),
    ],
  };
  return { report, code: listed };
}

const NOTHING: FileError = {
  path: ".",
  kind: "unreadable",
  message: "there is neither Python code nor a file about packaging here: name the folder of a project",
};

function freeThreadedTarget(text: string): Target {
  const target = parseTarget(text);
  if (!target.freeThreaded)
    throw new InvalidOption("target", text, 'a free-threaded version such as "3.14t"');
  return target;
}

function folderOf({ path = ".", cwd = process.cwd() }: ScanOptions): string {
  const folder = resolve(cwd, path);
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isDirectory())
    throw new InvalidOption(
      "path",
      path,
      stats === undefined ? "a folder that exists" : "a folder, not a file (nogil check takes files)",
    );
  return folder;
}

function environmentOptions({ python, signal, onProgress }: ScanOptions, cwd: string) {
  return {
    cwd,
    ...(python === undefined ? {} : { python }),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done: number, total: number, module: string) =>
      onProgress?.(`imported ${module}`, done / total),
  };
}

function checkOptions(
  { signal, cacheFolder, onProgress }: ScanOptions,
  cwd: string,
  target: Target,
): AnalyzeOptions {
  return {
    paths: ["."],
    cwd,
    target: target.text,
    ...(signal === undefined ? {} : { signal }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
    onProgress: (done, total) => onProgress?.(`checked ${done} of ${total} files`, done / total),
  };
}

/** A project without Python code is one of C or Rust, or is said to be empty as a whole. */
function withoutAbsence(report: Report): Report {
  return report.files === 0 && report.errors.every(({ path }) => path === ".")
    ? { ...report, errors: [] }
    : report;
}

/** What users of the package never install does not keep it from being ready. */
const ADVICE = { severity: "low", effect: "none" } as const;

/** What was measured is NG607's; the rest of what is not ready is found here. */
function dependencyFindings(dependencies: readonly Judged[], target: Target): readonly PackagingFinding[] {
  const context = new RuleContext(depNotReady, target);
  for (const { status, evidence, reason, fix, dependency } of dependencies) {
    if (status !== "not-ready" || evidence === "measured") continue;
    const remedy = fix === null ? {} : { fix };
    if (dependency.isForDevelopment)
      context.report(dependency.range, `${reason}; only development needs it`, { ...remedy, ...ADVICE });
    else context.report(dependency.range, reason, remedy);
  }
  return context.findings;
}

function byRule(a: PackagingFinding, b: PackagingFinding): number {
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function unknownLocks(project: Project): string[] {
  return project
    .of("unknown-lock")
    .map(({ path }) =>
      printable(`${path} is a lock file of a tool that nogil does not know: its packages were not looked at`),
    );
}

function otherVersion(version: string | undefined, { minor, text }: Target): string[] {
  const found = /^3\.(\d+)/.exec(version ?? "")?.[1];
  return found === undefined || Number(found) === minor
    ? []
    : [`the Python in use is ${version}, the target ${text}`];
}
