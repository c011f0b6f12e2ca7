/** What a folder's `[tool.nogil]` says. */
import type { FileError, Severity } from "../report.js";
import type { PathPattern } from "./glob.js";

/** A pattern with the folder that it begins at. */
export interface FolderPattern {
  readonly folder: string;
  readonly fits: PathPattern;
}

export interface Settings {
  readonly target?: string;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly minSeverity?: Severity;
  readonly strict?: boolean;
  /** Left out of walks, besides what always is. */
  readonly exclude: readonly FolderPattern[];
  /** Rules that are not looked for in files that fit. */
  readonly perFileIgnores: readonly (FolderPattern & { readonly codes: readonly string[] })[];
}

export const NO_SETTINGS: Settings = { exclude: [], perFileIgnores: [] };

/** A file of settings: what can be used of it, and what is wrong with the rest. */
export interface SettingsFile {
  readonly settings: Settings;
  readonly problems: readonly Omit<FileError, "path">[];
}
