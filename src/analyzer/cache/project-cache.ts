/**
 * What is known of a project from earlier runs: whole reports by everything that went into them, and what each file
 * said by its content. A report is small and read alone; the summaries are read only when some file has changed.
 */
import { readCacheFile, writeCacheFile } from "./cache-file.js";
import { analyzerFingerprint, listFingerprint } from "./fingerprint.js";

/** Reports with other options (a target, a choice of rules) that are kept beside each other. */
const KEPT_REPORTS = 8;

interface Kept<T> {
  readonly analyzer: string;
  readonly value: T;
}

/** A summary with the fingerprint of the content it was made from. */
export interface KeptSummary<S> {
  readonly content: string;
  readonly summary: S;
}

/** The fingerprint of a file's content, and the stamp the file had when it was read. */
export interface KeptContent {
  readonly stamp: string;
  readonly content: string;
}

/** @typeParam S what one file says, @typeParam R a report: both plain data that structured cloning takes */
export class ProjectCache<S, R> {
  private readonly name: string;

  /**
   * @param folder - where the cache lies
   * @param project - what tells this project from others: its working folder and the paths that are checked
   */
  constructor(
    private readonly folder: string,
    project: readonly string[],
  ) {
    this.name = listFingerprint(project);
  }

  /** The report on exactly these inputs. */
  report(inputs: readonly string[]): R | undefined {
    return this.reports().get(listFingerprint(inputs));
  }

  keepReport(inputs: readonly string[], report: R): void {
    const key = listFingerprint(inputs);
    const others = [...this.reports()].filter(([other]) => other !== key);
    this.write("report", new Map([...others, [key, report] as const].slice(-KEPT_REPORTS)));
  }

  /** Contents by the path of their file. */
  contents(): Map<string, KeptContent> {
    return this.read<Map<string, KeptContent>>("contents") ?? new Map();
  }

  keepContents(contents: ReadonlyMap<string, KeptContent>): void {
    this.write("contents", contents);
  }

  /** Summaries by the path of their file. */
  summaries(): Map<string, KeptSummary<S>> {
    return this.read<Map<string, KeptSummary<S>>>("summaries") ?? new Map();
  }

  keepSummaries(summaries: ReadonlyMap<string, KeptSummary<S>>): void {
    this.write("summaries", summaries);
  }

  private reports(): Map<string, R> {
    return this.read<Map<string, R>>("report") ?? new Map();
  }

  private read<T>(what: string): T | undefined {
    const kept = readCacheFile(this.folder, `${this.name}-${what}`);
    return isKept<T>(kept) && kept.analyzer === analyzerFingerprint() ? kept.value : undefined;
  }

  private write<T>(what: string, value: T): void {
    const kept: Kept<T> = { analyzer: analyzerFingerprint(), value };
    writeCacheFile(this.folder, `${this.name}-${what}`, kept);
  }
}

/** What the same analyser wrote is of the type it wrote; only the frame is looked at. */
function isKept<T>(value: unknown): value is Kept<T> {
  return (
    typeof value === "object" &&
    value !== null &&
    "analyzer" in value &&
    "value" in value &&
    value.value instanceof Map
  );
}
