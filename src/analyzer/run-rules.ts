/** The last phase of an analysis: rules over a linked project. See check/ for the whole of it. */
import { FileView, type LinkedProject } from "./calls/index.js";
import { compareFindings, type FileError, type Finding } from "./report.js";
import { type Rule, RuleContext } from "./rules/index.js";
import type { FileSummary } from "./summaries/index.js";
import type { Target } from "./target.js";

export interface RunOptions {
  readonly target: Target;
  readonly strict: boolean;
  readonly rules: readonly Rule[];
}

/** Phase 3: all findings of a linked project, in order. A rule that fails is one error and hides no other. */
export function runRules(
  linked: LinkedProject,
  options: RunOptions,
): { findings: Finding[]; errors: FileError[] } {
  const context = new RuleContext(linked, options);
  const errors: FileError[] = [];
  for (const rule of options.rules) {
    if (rule.appliesTo !== undefined && !rule.appliesTo(options.target)) continue;
    try {
      context.enter(rule);
      rule.match(context);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      errors.push({ path: "", kind: "internal", message: `rule ${rule.code} failed: ${reason}` });
    }
  }
  return { findings: context.findings.sort(compareFindings), errors };
}

/** What could not be read in a file, as errors of a report. */
export function summaryErrors(summary: FileSummary): FileError[] {
  if (summary.problems.length === 0) return [];
  const view = new FileView(summary, 0, "", false);
  return summary.problems.map(({ kind, message, start }) => ({
    path: summary.path,
    kind,
    message,
    line: view.lineAt(start),
    column: view.columnAt(start),
  }));
}

/** Bytes that a summary occupies, its texts counted at two bytes a character. */
export function summarySize(summary: FileSummary): number {
  let size = 0;
  for (const array of [summary.lineStarts, summary.wideBytes, summary.paths, summary.events])
    size += array.byteLength;
  size += summary.blocks.byteLength + summary.regions.byteLength;
  for (const text of summary.strings) size += 2 * text.length;
  return size + 128 * (summary.functions.length + summary.classes.length);
}
