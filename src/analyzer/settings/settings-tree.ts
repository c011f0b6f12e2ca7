/**
 * The settings of every folder: its own `[tool.nogil]` over that of the folders above, key by key; patterns add up. The
 * search upwards ends at the folder with `.git`.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { FileError } from "../report.js";
import { shownPath, systemProblem } from "../source/index.js";
import { readSettings } from "./read-settings.js";
import { type FolderPattern, NO_SETTINGS, type Settings } from "./settings.js";

const FILE_NAME = "pyproject.toml";

export class SettingsTree {
  private readonly folders = new Map<string, Settings>();
  private readonly found: FileError[] = [];

  /** @param cwd - what paths in messages are relative to */
  constructor(private readonly cwd: string) {}

  /** What is wrong with the files that were read. */
  get problems(): readonly FileError[] {
    return this.found;
  }

  /** @param folder - absolute */
  of(folder: string): Settings {
    const known = this.folders.get(folder);
    if (known !== undefined) return known;
    const own = this.read(folder);
    const isTop = folder === dirname(folder) || existsSync(join(folder, ".git"));
    const above = isTop ? NO_SETTINGS : this.of(dirname(folder));
    const settings = own === NO_SETTINGS ? above : over(own, above);
    this.folders.set(folder, settings);
    return settings;
  }

  /** Whether a file or folder is left out of a walk. */
  excludes(path: string): boolean {
    return this.of(dirname(path)).exclude.some((pattern) => fits(pattern, path));
  }

  /** The rules that are not looked for in a file on account of its path. */
  ignoredIn(path: string): readonly string[] {
    const { perFileIgnores } = this.of(dirname(path));
    return perFileIgnores.flatMap((pattern) => (fits(pattern, path) ? pattern.codes : []));
  }

  private read(folder: string): Settings {
    const path = join(folder, FILE_NAME);
    if (!existsSync(path)) return NO_SETTINGS;
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      this.found.push({ path: shownPath(path, this.cwd), kind: "settings", message: systemProblem(error) });
      return NO_SETTINGS;
    }
    const { settings, problems } = readSettings(text, folder);
    this.found.push(...problems.map((problem) => ({ path: shownPath(path, this.cwd), ...problem })));
    return settings;
  }
}

function over(own: Settings, above: Settings): Settings {
  return {
    ...above,
    ...own,
    exclude: [...above.exclude, ...own.exclude],
    perFileIgnores: [...above.perFileIgnores, ...own.perFileIgnores],
  };
}

function fits(pattern: FolderPattern, path: string): boolean {
  return pattern.fits(relative(pattern.folder, path).split(sep).join("/"));
}
