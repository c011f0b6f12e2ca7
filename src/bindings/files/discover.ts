/** Python files that declarations are written for. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PythonSourceError } from "../../errors.js";

/** Folders that hold other people's code, or none. */
const LEFT_OUT = new Set(["node_modules", "__pycache__", "site-packages", "dist", "build", "venv", "env"]);
/** A virtual environment says so itself, whatever it is called. */
const ENVIRONMENT_MARK = "pyvenv.cfg";
/** Files that nobody imports: run by tools, or private. */
const NOT_IMPORTED = /^(_.*|setup|conftest|test_.*|.*_test)\.py$/;

export interface Discovered {
  readonly files: readonly string[];
  /** Folders that were looked into, for watching. */
  readonly folders: readonly string[];
}

/**
 * @param paths files, taken as they are, and folders, looked through
 * @throws PythonSourceError for a path that is not there
 */
export function discover(paths: readonly string[]): Discovered {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw new PythonSourceError(path, "no such file or folder");
    if (stats.isDirectory()) lookThrough(path, files, folders);
    else if (path.endsWith(".py")) files.add(path);
    else throw new PythonSourceError(path, "not a Python file (.py)");
  }
  return { files: [...files], folders: [...folders] };
}

function lookThrough(folder: string, files: Set<string>, folders: Set<string>): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name === ENVIRONMENT_MARK)) return;
  folders.add(folder);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(".py") && !NOT_IMPORTED.test(entry.name)) files.add(path);
    const isLookedInto = entry.isDirectory() && !LEFT_OUT.has(entry.name) && !entry.name.startsWith(".");
    if (isLookedInto) lookThrough(path, files, folders);
  }
}
