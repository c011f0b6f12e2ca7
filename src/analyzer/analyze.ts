/**
 * An analysis from beginning to end, in three phases that can also be called one by one: `summariseFile` (each file
 * alone, in any thread, its result cacheable by content), `linkProject` (all summaries), `runRules`.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidOption } from "../errors.js";
import { FileView, type LinkedProject, linkProject } from "./calls/index.js";
import { compareFindings, type FileError, type Finding, type Report } from "./report.js";
import { RULES, type Rule, RuleContext } from "./rules/index.js";
import { type FileSummary, summariseFile } from "./summaries/index.js";
import { DEFAULT_TARGET, parseTarget, type Target } from "./target.js";

/** Files read side by side. */
const FILES_AT_ONCE = 32;

/** Source given in memory. */
export interface SourceInput {
  /** As it shall stand in findings; imports between sources are resolved by it. */
  readonly path: string;
  readonly source: string | Uint8Array;
}

export interface AnalyzeOptions {
  /** Files and folders. Folders are searched for `.py` files. */
  readonly paths?: readonly string[];
  /** Files in memory, beside or instead of `paths`. */
  readonly sources?: readonly SourceInput[];
  /** The Python that findings are for. @default "3.14t" */
  readonly target?: string;
  /** Report also what nothing but its form speaks for. @default false */
  readonly strict?: boolean;
  /** Rules to run. @default all */
  readonly rules?: readonly Rule[];
}

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

/**
 * Finds what is not safe without the GIL.
 * @throws InvalidOption for options that are not allowed
 */
export async function analyze(options: AnalyzeOptions): Promise<Report> {
  if (options.paths === undefined && options.sources === undefined) {
    throw new InvalidOption("paths", undefined, 'an array of files and folders (or "sources")');
  }
  const target = parseTarget(options.target ?? DEFAULT_TARGET);
  const errors: FileError[] = [];
  const summaries: FileSummary[] = [];
  const begin = performance.now();
  for (const { path, source } of options.sources ?? []) {
    summaries.push(summariseFile(path, typeof source === "string" ? Buffer.from(source) : source));
  }
  const files = await findFiles(options.paths ?? [], errors);
  for (let first = 0; first < files.length; first += FILES_AT_ONCE) {
    // The next files are read while nothing is computed anyway; their order stays.
    const batch = files.slice(first, first + FILES_AT_ONCE);
    const contents = await Promise.allSettled(batch.map((path) => readFile(path)));
    for (const [index, content] of contents.entries()) {
      const path = batch[index]!;
      if (content.status === "fulfilled") summaries.push(summariseFile(path, content.value));
      else errors.push(unreadable(path, content.reason));
    }
  }
  const summarised = performance.now();
  for (const summary of summaries) errors.push(...summaryErrors(summary));
  const linked = linkProject(summaries);
  const linkedAt = performance.now();
  const result = runRules(linked, { target, strict: options.strict ?? false, rules: options.rules ?? RULES });
  const end = performance.now();
  return {
    version: 1,
    target: target.text,
    files: summaries.length,
    findings: result.findings,
    errors: [...errors, ...result.errors],
    stats: {
      bytes: summaries.reduce((sum, summary) => sum + summary.bytes, 0),
      lines: summaries.reduce((sum, summary) => sum + summary.lineStarts.length, 0),
      functions: linked.project.functions.length,
      classes: linked.project.classes.length,
      summaryBytes: summaries.reduce((sum, summary) => sum + summarySize(summary), 0),
      milliseconds: { summarise: summarised - begin, link: linkedAt - summarised, rules: end - linkedAt },
    },
  };
}

function unreadable(path: string, error: unknown): FileError {
  const reason = error instanceof Error ? error.message : String(error);
  return { path, kind: "unreadable", message: `cannot be read: ${reason}` };
}

/** Python files under the paths, each once, in order. */
async function findFiles(paths: readonly string[], errors: FileError[]): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
        const below = join(path, entry.name);
        // Links are not followed: they may lead in a circle.
        if (entry.isDirectory()) {
          if (entry.name !== "__pycache__" && !entry.name.startsWith(".")) await visit(below);
        } else if (entry.isFile() && entry.name.endsWith(".py")) found.add(below);
      }
    } catch (error) {
      errors.push(unreadable(path, error));
    }
  };
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) await visit(path);
      else found.add(path);
    } catch (error) {
      errors.push(unreadable(path, error));
    }
  }
  return [...found];
}
