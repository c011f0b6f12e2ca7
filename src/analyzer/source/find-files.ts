/**
 * From the paths a user names to the Python files below them. A problem with one path never hides the others; links to
 * folders are not followed, so that no walk goes in a circle, and a file reached twice is taken once.
 */
import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import {
  type ExclusionKind,
  fileExclusion,
  folderExclusion,
  isEnvironment,
  kindsOfNamedPath,
} from "./exclusion.js";

export interface FoundFile {
  /** As it is shown: relative to the working folder where it lies below it, with `/`. */
  readonly path: string;
  /** As it is opened. */
  readonly absolute: string;
  /** Bytes. */
  readonly size: number;
  /** Changes with every change of the file: its inode, size and time of change, which no program can set back. */
  readonly stamp: string;
  /** When it changed, in milliseconds since 1970. */
  readonly changedAt: number;
  /** Named by the user, so checked even if it is generated. */
  readonly isNamed: boolean;
}

/** Something that cannot be looked at. */
export interface PathProblem {
  readonly path: string;
  readonly message: string;
}

export interface FoundFiles {
  /** In the order of their paths, those below the first named path first. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly PathProblem[];
  /** How many folders and files each reason left out. */
  readonly excluded: Readonly<Partial<Record<ExclusionKind, number>>>;
}

const PYTHON_FILE = /\.(?:pyw?|ipynb)$/;

/**
 * Finds the Python files of the named files and folders.
 * @param paths - files (of any name) and folders
 * @param cwd - what relative paths are relative to
 * @param isExcluded - whether a path below a named folder is left out besides what always is
 */
export function findFiles(
  paths: readonly string[],
  cwd: string = process.cwd(),
  isExcluded: (path: string) => boolean = () => false,
): FoundFiles {
  return new Walk(cwd, isExcluded).run(paths);
}

class Walk {
  private readonly files: FoundFile[] = [];
  private readonly problems: PathProblem[] = [];
  private readonly excluded: Partial<Record<ExclusionKind, number>> = {};
  private readonly seen = new Set<string>();
  private lifted: ReadonlySet<ExclusionKind> = new Set();

  constructor(
    private readonly cwd: string,
    private readonly isExcluded: (path: string) => boolean,
  ) {}

  run(paths: readonly string[]): FoundFiles {
    for (const path of paths) this.named(resolve(this.cwd, path));
    return { files: this.files, problems: this.problems, excluded: this.excluded };
  }

  private named(path: string): void {
    const stats = this.stat(path);
    const real = stats === undefined ? undefined : this.realPath(path);
    if (stats === undefined || real === undefined) return;
    if (stats.isDirectory()) {
      this.lifted = kindsOfNamedPath(path);
      this.folder(path, real);
    } else if (stats.isFile()) this.file(path, real, stats, true);
    else this.problem(path, "neither a file nor a folder");
  }

  /** @param real - the path without links, so that only links have to be resolved below it */
  private folder(path: string, real: string): void {
    const entries = this.attempt(path, () => readdirSync(path, { withFileTypes: true })) ?? [];
    if (isEnvironment(entries.map(({ name }) => name)) && this.leavesOut("environment")) return;
    // Folders after files, each by name: the order of the report does not depend on the file system.
    entries.sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || compare(a, b));
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!this.leavesOut(this.exclusion(child, folderExclusion(child))))
          this.folder(child, join(real, entry.name));
      } else if (
        PYTHON_FILE.test(entry.name) &&
        !this.leavesOut(this.exclusion(child, fileExclusion(entry.name)))
      ) {
        const stats = this.stat(child);
        // A pipe or a socket of this name is no source, and opening it would wait for ever.
        if (!stats?.isFile()) continue;
        const target = entry.isSymbolicLink() ? this.realPath(child) : join(real, entry.name);
        if (target !== undefined) this.file(child, target, stats, false);
      }
    }
  }

  private file(path: string, real: string, stats: Stats, isNamed: boolean): void {
    if (this.seen.size === this.seen.add(real).size) return;
    const { size, ctimeMs: changedAt, ino } = stats;
    const stamp = `${ino} ${size} ${changedAt}`;
    this.files.push({ path: shownPath(path, this.cwd), absolute: path, size, stamp, changedAt, isNamed });
  }

  private realPath(path: string): string | undefined {
    return this.attempt(path, () => realpathSync.native(path));
  }

  private exclusion(path: string, byName: ExclusionKind | undefined): ExclusionKind | undefined {
    return byName ?? (this.isExcluded(path) ? "excluded by settings" : undefined);
  }

  private leavesOut(kind: ExclusionKind | undefined): boolean {
    if (kind === undefined || this.lifted.has(kind)) return false;
    this.excluded[kind] = (this.excluded[kind] ?? 0) + 1;
    return true;
  }

  private stat(path: string): Stats | undefined {
    return this.attempt(path, () => statSync(path));
  }

  private attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.problem(path, systemProblem(error));
      return undefined;
    }
  }

  private problem(path: string, message: string): void {
    this.problems.push({ path: shownPath(path, this.cwd), message });
  }
}

function compare(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/** The path as it is shown and compared between machines. */
export function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`);
  return (isBelow ? below : path).split(sep).join("/");
}

/** What the operating system said, in words. */
export function systemProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "no such file or folder";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "a link that leads back to itself";
    case "ENAMETOOLONG":
      return "the path is longer than the system allows";
    case "ERR_FS_FILE_TOO_LARGE":
      return "the file is too large";
    default:
      return code === undefined ? String(error) : `cannot be read (${code})`;
  }
}
