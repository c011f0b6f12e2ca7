/**
 * The whole of `nogil check` but its command line: find the files, take from the cache what is still true, summarise
 * the rest on as many threads as it pays, link, match the rules, suppress.
 */
import { resolve } from "node:path";
import { contentFingerprint, type KeptSummary, ProjectCache } from "../cache/index.js";
import { type FileResult, type SummariseOptions, summariseFiles } from "../parallel/index.js";
import type { FileError, Report } from "../report.js";
import { type FoundFile, type FoundFiles, findFiles, readSource } from "../source/index.js";
import { type ResolvedChoice, type RuleChoice, resolveChoice } from "./options.js";
import { reportOn } from "./report-on.js";

export interface CheckOptions extends RuleChoice {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** What relative paths are relative to. @default the working folder of the process */
  readonly cwd?: string;
  /** Where results of earlier runs are kept; without it nothing is kept. */
  readonly cacheFolder?: string;
  /** Threads to summarise on, the main one included. @default by the amount of source and the cores */
  readonly threads?: number;
  /** Called with the numbers of files that are done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

type Known = ReadonlyMap<string, KeptSummary<FileResult>>;

/**
 * Checks the Python files of the named paths. A file that cannot be read or is no Python is an entry of `errors`.
 * @throws InvalidOption for a target, a severity or a rule that does not exist
 */
export async function checkPaths(options: CheckOptions): Promise<Report> {
  const cwd = options.cwd ?? process.cwd();
  const choice = resolveChoice(options);
  const found = findFiles(options.paths, cwd);
  const { cacheFolder } = options;
  if (cacheFolder === undefined) return check(found, new Map(), choice, options);
  const cache = new ProjectCache<FileResult, Report>(cacheFolder, [cwd, ...options.paths]);
  const inputs = inputsOf(found, choice);
  const kept = cache.report(inputs);
  if (kept !== undefined) return kept;
  const known = cache.summaries();
  return check(found, known, choice, options, (report, results) => {
    if (results.some(({ kind }) => kind === "unreadable" || kind === "failed")) return;
    cache.keepReport(inputs, report);
    const summaries = found.files.map(({ path }, index) => [path, keptSummary(results[index])] as const);
    cache.keepSummaries(new Map(summaries));
  });
}

async function check(
  found: FoundFiles,
  known: Known,
  choice: ResolvedChoice,
  options: CheckOptions,
  keep?: (report: Report, results: readonly FileResult[]) => void,
): Promise<Report> {
  const startedAt = performance.now();
  const results = await summarise(found.files, known, options);
  const summariseMs = performance.now() - startedAt;
  const cwd = options.cwd ?? process.cwd();
  const read = (path: string): Uint8Array | undefined => {
    const result = readSource(resolve(cwd, path));
    return "bytes" in result ? result.bytes : undefined;
  };
  const report = reportOn(results, { errors: pathErrors(found, results), summariseMs, read }, choice);
  keep?.(report, results);
  return report;
}

/** Results in the order of the files, those of unchanged files from the cache. */
async function summarise(
  files: readonly FoundFile[],
  known: Known,
  { threads, signal, onProgress }: CheckOptions,
): Promise<FileResult[]> {
  const results: (FileResult | undefined)[] = files.map((file) => unchanged(file, known));
  const missing = files.filter((_, index) => results[index] === undefined);
  const settings: SummariseOptions = {
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done) => onProgress?.(files.length - missing.length + done, files.length),
  };
  const fresh = (await summariseFiles(missing, settings)).values();
  return results.map((result) => result ?? (fresh.next().value as FileResult));
}

function unchanged({ path, absolute, size }: FoundFile, known: Known): FileResult | undefined {
  const kept = known.get(path);
  if (kept === undefined) return undefined;
  const read = readSource(absolute, size);
  return "bytes" in read && contentFingerprint(read.bytes) === kept.content ? kept.summary : undefined;
}

function keptSummary(result: FileResult | undefined): KeptSummary<FileResult> {
  if (result === undefined || !("content" in result)) throw new TypeError("only what has content is kept");
  return { content: result.content, summary: result };
}

/** All that a report depends on, the analyser itself left to the cache. */
function inputsOf({ files, problems }: FoundFiles, choice: ResolvedChoice): string[] {
  const contents = files.map(({ path, absolute, size }) => {
    const read = readSource(absolute, size);
    return `${path} ${"bytes" in read ? contentFingerprint(read.bytes) : read.problem}`;
  });
  return [choice.key, ...contents, ...problems.map(({ path, message }) => `${path}: ${message}`)];
}

function pathErrors({ files, problems, excluded }: FoundFiles, results: readonly FileResult[]): FileError[] {
  const errors: FileError[] = problems.map(({ path, message }) => ({ path, kind: "unreadable", message }));
  results.forEach((result, index) => {
    const { path } = files[index] as FoundFile;
    if (result.kind === "unreadable") errors.push({ path, kind: "unreadable", message: result.message });
    if (result.kind === "failed") errors.push({ path, kind: "internal", message: result.message });
  });
  const generated = results.filter(({ kind }) => kind === "generated").length;
  if (generated === results.length && errors.length === 0) {
    errors.push({ path: ".", kind: "unreadable", message: nothingFound(excluded, generated) });
  }
  return errors;
}

function nothingFound(excluded: FoundFiles["excluded"], generated: number): string {
  const all = { ...excluded, generated: (excluded.generated ?? 0) + generated };
  const parts = Object.entries(all).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  const leftOut =
    parts.length === 0 ? "" : `; left out: ${parts.join(", ")} (name a path to have it checked)`;
  return `no Python files to check${leftOut}`;
}
