/**
 * The whole of `nogil check` but its command line: find the files, take from the cache what is still true, summarise
 * the rest on as many threads as it pays, link, match the rules, suppress.
 */
import { dirname, resolve } from "node:path";
import { InvalidOption } from "../../errors.js";
import { contentFingerprint, type KeptContent, type KeptSummary, ProjectCache } from "../cache/index.js";
import {
  type FileResult,
  type SummariseOptions,
  summariseFiles,
  summariseSource,
} from "../parallel/index.js";
import type { Report } from "../report.js";
import { SettingsTree } from "../settings/index.js";
import { type FoundFile, findFiles, readSource } from "../source/index.js";
import { type Choices, choicesBySettings, oneChoice } from "./choices.js";
import { contentsOf } from "./contents.js";
import { type Input, pathErrors } from "./input.js";
import type { RuleChoice } from "./options.js";
import { reportOn } from "./report-on.js";

/** Source given in memory. */
export interface SourceInput {
  /** As it shall stand in findings; imports between sources are resolved by it. */
  readonly path: string;
  readonly source: string | Uint8Array;
}

/** What to analyse, and how. `paths`, `sources` or both are needed. */
export interface AnalyzeOptions extends RuleChoice {
  /**
   * Files and folders. Folders are searched for Python files; generated and vendored code and virtual environments are
   * left out unless they are named.
   */
  readonly paths?: readonly string[];
  /** Files in memory; one that `paths` has too stands for that one. */
  readonly sources?: readonly SourceInput[];
  /** What relative paths are relative to. @default the working folder of the process */
  readonly cwd?: string;
  /** Where results of earlier runs are kept; without it nothing is kept. */
  readonly cacheFolder?: string;
  /**
   * Heed `[tool.nogil]` in the pyproject.toml of each file's folder and of those above it; what is given here goes
   * before it. @default false
   */
  readonly projectSettings?: boolean;
  /** Add to findings the changes that repair them, where they are mechanical. @default false */
  readonly repairs?: boolean;
  /** Threads to read the files on, the main one included. @default by the amount of source and the cores */
  readonly threads?: number;
  /** Called with the numbers of files that are done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the analysis with the signal's reason. */
  readonly signal?: AbortSignal;
}

type IsUnchanged = (file: FoundFile, content: string) => boolean;

/** What is left of an earlier run. */
interface Known {
  readonly results: ReadonlyMap<string, KeptSummary<FileResult>>;
  /** Whether a file still has this content. */
  readonly isUnchanged: IsUnchanged;
}

const NOTHING_KNOWN: Known = { results: new Map(), isUnchanged: () => false };

/**
 * Finds what is not safe without the GIL. What cannot be read or is no Python is an entry of `errors` and hides nothing
 * of the rest.
 * @throws InvalidOption for options that are not allowed
 */
export async function analyze(options: AnalyzeOptions): Promise<Report> {
  const cwd = options.cwd ?? process.cwd();
  const settings = options.projectSettings === true ? new SettingsTree(cwd) : undefined;
  const input = inputOf(options, cwd, settings);
  const choices = choicesFor(options, input, settings);
  const { cacheFolder } = options;
  // Rules of the caller's own are no part of what the cache goes by.
  if (cacheFolder === undefined || options.rules !== undefined)
    return run(input, NOTHING_KNOWN, choices, options);
  const cache = new ProjectCache<FileResult, Report>(cacheFolder, [input.cwd, ...(options.paths ?? [])]);
  const before = cache.contents();
  const contents = contentsOf(input.found.files, before);
  const everything = [String(options.repairs === true), ...allOf(input, contents, choices)];
  const kept = cache.report(everything);
  if (kept !== undefined) {
    if (hasNewStamps(contents, before)) cache.keepContents(contents);
    return kept;
  }
  const isUnchanged: IsUnchanged = ({ path }, content) => contents.get(path)?.content === content;
  return run(input, { results: cache.summaries(), isUnchanged }, choices, options, (report, results) => {
    // A file that could not be summarised, or changed while this ran, may be another the next time.
    const isSettled = input.found.files.every(({ path }, index) => {
      const result = results[index];
      return result !== undefined && "content" in result && result.content === contents.get(path)?.content;
    });
    if (!isSettled) return;
    cache.keepContents(contents);
    cache.keepReport(everything, report);
    const summaries = input.found.files.map(
      ({ path }, index) => [path, keptSummary(results[index])] as const,
    );
    cache.keepSummaries(new Map(summaries));
  });
}

function inputOf({ paths, sources }: AnalyzeOptions, cwd: string, settings: SettingsTree | undefined): Input {
  if (paths === undefined && sources === undefined) {
    throw new InvalidOption("paths", undefined, 'an array of files and folders (or "sources")');
  }
  const bytes = (sources ?? []).map(({ path, source }) => ({ path, bytes: asBytes(source) }));
  const walked = findFiles(paths ?? [], cwd, (path) => settings?.excludes(path) === true);
  // A file that an editor has open is what it has, not what lies on disk.
  const given = new Set(bytes.map(({ path }) => path));
  const found = { ...walked, files: walked.files.filter(({ path }) => !given.has(path)) };
  // Read before anybody asks, so that what is wrong with them is known.
  for (const { absolute } of found.files) settings?.of(dirname(absolute));
  for (const { path } of bytes) settings?.of(dirname(resolve(cwd, path)));
  settings?.of(cwd);
  return { cwd, found, sources: bytes, settingsProblems: settings?.problems ?? [] };
}

function choicesFor(options: AnalyzeOptions, input: Input, settings: SettingsTree | undefined): Choices {
  const asked = ruleChoiceOf(options);
  if (settings === undefined) return oneChoice(asked);
  const inMemory = input.sources.map(({ path }) => ({ path, absolute: resolve(input.cwd, path) }));
  return choicesBySettings(asked, [...input.found.files, ...inMemory], settings, input.cwd);
}

/** What is asked for and nothing that is undefined, because settings are filled in for what is not there. */
function ruleChoiceOf({ target, select, ignore, minSeverity, strict, rules }: AnalyzeOptions): RuleChoice {
  return {
    ...(target === undefined ? {} : { target }),
    ...(select === undefined ? {} : { select }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...(strict === undefined ? {} : { strict }),
    ...(rules === undefined ? {} : { rules }),
  };
}

function asBytes(source: string | Uint8Array): Uint8Array {
  return typeof source === "string" ? Buffer.from(source) : source;
}

async function run(
  input: Input,
  known: Known,
  choices: Choices,
  options: AnalyzeOptions,
  keep?: (report: Report, fileResults: readonly FileResult[]) => void,
): Promise<Report> {
  const startedAt = performance.now();
  const fromMemory = input.sources.map(({ path, bytes }) => summariseSource(path, bytes));
  const fromFiles = await summarise(input.found.files, known, options);
  const summariseMs = performance.now() - startedAt;
  const inMemory = new Map(input.sources.map(({ path, bytes }) => [path, bytes]));
  const read = (path: string): Uint8Array | undefined => {
    const result = readSource(resolve(input.cwd, path));
    return inMemory.get(path) ?? ("bytes" in result ? result.bytes : undefined);
  };
  const material = {
    repairs: options.repairs === true,
    errors: pathErrors(input, fromFiles, fromMemory),
    summariseMs,
    read,
  };
  const report = reportOn([...fromMemory, ...fromFiles], material, choices);
  keep?.(report, fromFiles);
  return report;
}

/** Results in the order of the files, those of unchanged files from the cache. */
async function summarise(
  files: readonly FoundFile[],
  known: Known,
  { threads, signal, onProgress }: AnalyzeOptions,
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

function unchanged(file: FoundFile, { results, isUnchanged }: Known): FileResult | undefined {
  const kept = results.get(file.path);
  return kept !== undefined && isUnchanged(file, kept.content) ? kept.summary : undefined;
}

function keptSummary(result: FileResult | undefined): KeptSummary<FileResult> {
  if (result === undefined || !("content" in result)) throw new TypeError("only what has content is kept");
  return { content: result.content, summary: result };
}

/** All that a report depends on, the analyser itself left to the cache. */
function allOf(
  { found, sources, settingsProblems }: Input,
  contents: ReadonlyMap<string, KeptContent>,
  choices: Choices,
): string[] {
  const choiceOf = (path: string) => choices.all.indexOf(choices.of(path));
  const files = [...contents].map(([path, { content }]) => `${path} ${content} ${choiceOf(path)}`);
  const inMemory = sources.map(({ path, bytes }) => `${path} ${contentFingerprint(bytes)} ${choiceOf(path)}`);
  const problems = found.problems.map(({ path, message }) => `${path}: ${message}`);
  const wrong = settingsProblems.map((problem) => JSON.stringify(problem));
  return [
    choices.main.key,
    ...choices.all.map(({ key }) => key),
    ...files,
    ...inMemory,
    ...problems,
    ...wrong,
  ];
}

function hasNewStamps(
  contents: ReadonlyMap<string, KeptContent>,
  before: ReadonlyMap<string, KeptContent>,
): boolean {
  return [...contents].some(([path, { stamp }]) => stamp !== "" && before.get(path)?.stamp !== stamp);
}
