/** Summaries to a report: link, match, suppress, count. */

import { linkProject } from "../calls/index.js";
import { withRepairs } from "../fixes/index.js";
import { isNotebook, type PythonSource, pythonSource } from "../notebook/index.js";
import type { FileResult } from "../parallel/index.js";
import { type FileError, type Finding, type Report, SEVERITIES, type Severity } from "../report.js";
import { runRules, summaryErrors, summarySize } from "../run-rules.js";
import type { FileSummary } from "../summaries/index.js";
import { errorsInCells, findingsInCells } from "./cells.js";
import type { Choices } from "./choices.js";
import { suppress } from "./suppress.js";

export interface Material {
  /** What could not be looked at. */
  readonly errors: readonly FileError[];
  readonly summariseMs: number;
  /** Whether findings get their repairs. */
  readonly repairs: boolean;
  /** The bytes of a file by its path. */
  readonly read: (path: string) => Uint8Array | undefined;
}

/** The report on files that were read and summarised. */
export function reportOn(results: readonly FileResult[], material: Material, choices: Choices): Report {
  const summaries = results.flatMap((result) => (result.kind === "summary" ? [result.summary] : []));
  const startedAt = performance.now();
  const linked = linkProject(summaries);
  const linkedAt = performance.now();
  // A finding counts if the choice of its file found it; most projects have one choice.
  const runs = choices.all.map((choice) => ({ choice, ...runRules(linked, choice) }));
  const found = runs.flatMap(({ choice, findings }) =>
    findings.filter(({ path }) => choices.of(path) === choice),
  );
  const endedAt = performance.now();
  const sources = new Map<string, PythonSource | undefined>();
  const sourceAt = (path: string): PythonSource | undefined => {
    if (!sources.has(path)) {
      const file = material.read(path);
      sources.set(path, file === undefined ? undefined : pythonSource(path, file));
    }
    return sources.get(path);
  };
  const notebookAt = (path: string) => (isNotebook(path) ? sourceAt(path)?.notebook : undefined);
  const kept = suppress(found, summaries, (path) => sourceAt(path)?.bytes, choices.of);
  const repaired = material.repairs ? repairedByFile(kept, material.read) : kept;
  const errors = [
    ...material.errors,
    ...summaries.flatMap(summaryErrors),
    ...runs.flatMap((run) => run.errors),
  ];
  return {
    version: 1,
    target: choices.main.target.text,
    files: summaries.length,
    findings: findingsInCells(
      repaired.filter((finding) => isSevereEnough(finding, choices.of(finding.path).minSeverity)),
      notebookAt,
    ),
    errors: errorsInCells(errors.sort(comparePlaces), notebookAt),
    stats: {
      bytes: sum(summaries, ({ bytes }) => bytes),
      lines: sum(summaries, lineCount),
      functions: sum(summaries, ({ functions }) => Math.max(0, functions.length - 1)),
      classes: sum(summaries, ({ classes }) => classes.length),
      summaryBytes: sum(summaries, summarySize),
      milliseconds: {
        summarise: Math.round(material.summariseMs),
        link: Math.round(linkedAt - startedAt),
        rules: Math.round(endedAt - linkedAt),
      },
    },
  };
}

/** Notebooks are left as they are: their cells lie within JSON. */
function repairedByFile(findings: readonly Finding[], read: Material["read"]): Finding[] {
  const paths = [...new Set(findings.map(({ path }) => path))];
  return paths.flatMap((path) => {
    const own = findings.filter((finding) => finding.path === path);
    const file = isNotebook(path) ? undefined : read(path);
    return file === undefined ? own : withRepairs(own, file);
  });
}

function isSevereEnough({ severity }: Finding, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/** The empty line behind the last newline is none. */
function lineCount({ lineStarts, bytes }: FileSummary): number {
  return lineStarts.at(-1) === bytes ? lineStarts.length - 1 : lineStarts.length;
}

function comparePlaces(a: FileError, b: FileError): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
