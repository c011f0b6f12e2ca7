/** Summaries to a report: link, match, suppress, count. */

import { linkProject } from "../calls/index.js";
import type { FileResult } from "../parallel/index.js";
import { type FileError, type Report, SEVERITIES } from "../report.js";
import { runRules, summaryErrors, summarySize } from "../run-rules.js";
import type { FileSummary } from "../summaries/index.js";
import type { ResolvedChoice } from "./options.js";
import { suppress } from "./suppress.js";

export interface Material {
  /** What could not be looked at. */
  readonly errors: readonly FileError[];
  readonly summariseMs: number;
  /** The bytes of a file by its path. */
  readonly read: (path: string) => Uint8Array | undefined;
}

/** The report on files that were read and summarised. */
export function reportOn(results: readonly FileResult[], material: Material, choice: ResolvedChoice): Report {
  const summaries = results.flatMap((result) => (result.kind === "summary" ? [result.summary] : []));
  const startedAt = performance.now();
  const linked = linkProject(summaries);
  const linkedAt = performance.now();
  const found = runRules(linked, choice);
  const endedAt = performance.now();
  const lowest = SEVERITIES.indexOf(choice.minSeverity);
  return {
    version: 1,
    target: choice.target.text,
    files: summaries.length,
    findings: suppress(found.findings, summaries, material.read, choice).filter(
      ({ severity }) => SEVERITIES.indexOf(severity) <= lowest,
    ),
    errors: [...material.errors, ...summaries.flatMap(summaryErrors), ...found.errors].sort(comparePlaces),
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
