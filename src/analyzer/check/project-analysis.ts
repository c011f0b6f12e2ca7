/**
 * An analysis that is asked again and again while files change, as an editor does: what each file says is kept, and only
 * a file that changed is read anew.
 */
import { dirname, resolve } from "node:path";
import { type FileResult, summariseFiles, summariseSource } from "../parallel/index.js";
import type { Report } from "../report.js";
import { SettingsTree } from "../settings/index.js";
import { type FoundFile, findFiles, readSource } from "../source/index.js";
import { choicesBySettings } from "./choices.js";
import { pathErrors } from "./input.js";
import type { RuleChoice } from "./options.js";
import { reportOn } from "./report-on.js";

interface KnownFile {
  readonly absolute: string;
  readonly result: FileResult;
}

interface OpenFile {
  readonly bytes: Uint8Array;
  readonly result: FileResult;
}

export interface ProjectOptions extends RuleChoice {
  /** What paths are relative to; absolute. */
  readonly cwd: string;
  /** Folders whose files belong to the project; absolute. */
  readonly folders: readonly string[];
}

export class ProjectAnalysis {
  private readonly onDisk = new Map<string, KnownFile>();
  private readonly open = new Map<string, OpenFile>();
  private settings: SettingsTree;

  constructor(private readonly options: ProjectOptions) {
    this.settings = new SettingsTree(options.cwd);
  }

  /** Reads the folders; what was known of them is forgotten. */
  async load(): Promise<void> {
    const { cwd, folders } = this.options;
    const settings = new SettingsTree(cwd);
    const { files } = findFiles(folders, cwd, (path) => settings.excludes(path));
    const results = await summariseFiles(files);
    this.settings = settings;
    this.onDisk.clear();
    files.forEach(({ path, absolute }, index) => {
      const result = results[index];
      if (result !== undefined) this.onDisk.set(path, { absolute, result });
    });
  }

  /** What an editor has in place of the file on disk. */
  setSource(path: string, source: string): void {
    const bytes = Buffer.from(source);
    this.open.set(path, { bytes, result: summariseSource(path, bytes) });
  }

  /** The file counts again as it is on disk, where it may have changed. */
  close(path: string): void {
    this.open.delete(path);
    const known = this.onDisk.get(path);
    if (known === undefined) return;
    const read = readSource(known.absolute);
    if ("problem" in read) this.onDisk.delete(path);
    else this.onDisk.set(path, { ...known, result: summariseSource(path, read.bytes) });
  }

  /** The report on everything, with repairs. */
  report(): Report {
    const { cwd, folders, ...asked } = this.options;
    const closed = [...this.onDisk].filter(([path]) => !this.open.has(path));
    const files = closed.map(([path, { absolute }]) => ({ path, absolute }));
    const opened = [...this.open.keys()].map((path) => ({ path, absolute: resolve(cwd, path) }));
    for (const { absolute } of opened) this.settings.of(dirname(absolute));
    const choices = choicesBySettings(asked, [...files, ...opened], this.settings, cwd);
    const results = closed.map(([, { result }]) => result);
    const openResults = [...this.open.values()].map(({ result }) => result);
    const input = {
      cwd,
      found: { files: files.map(asFound), problems: [], excluded: {} },
      sources: [...this.open].map(([path, { bytes }]) => ({ path, bytes })),
      settingsProblems: this.settings.problems,
    };
    const read = (path: string): Uint8Array | undefined => {
      const given = this.open.get(path)?.bytes;
      if (given !== undefined) return given;
      const onDisk = readSource(resolve(cwd, path));
      return "bytes" in onDisk ? onDisk.bytes : undefined;
    };
    const errors = pathErrors(input, results, openResults);
    return reportOn([...openResults, ...results], { errors, repairs: true, summariseMs: 0, read }, choices);
  }
}

/** As much of a file as the report needs. */
function asFound({ path, absolute }: Pick<FoundFile, "path" | "absolute">): FoundFile {
  return { path, absolute, size: 0, stamp: "", changedAt: 0, isNamed: false };
}
