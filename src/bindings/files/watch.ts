/** Writes declarations again whenever a Python file changes. */
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { type DeclarationFile, declareFiles } from "./declaration-files.js";
import { discover } from "./discover.js";

/** Editors write a file in several steps (milliseconds). */
const SETTLE_MS = 50;

/**
 * Declares once, then at every change until the signal is aborted.
 *
 * @param report gets what was done, each time
 */
export async function watchFiles(
  paths: readonly string[],
  signal: AbortSignal,
  report: (results: readonly DeclarationFile[]) => void | Promise<void>,
): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  let change: (() => void) | undefined;
  const changed = (file: string | null) => {
    // A folder may be new, and Python files in it.
    if (file === null || file.endsWith(".py") || !file.includes(".")) change?.();
  };
  const stop = () => change?.();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      const next = new Promise<void>((resolve) => {
        change = resolve;
      });
      // Watched first, read afterwards: what changes in between is seen.
      follow(watchers, foldersOf(paths), changed);
      await report(await declareFiles(paths));
      if (signal.aborted) return;
      await next;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
  } finally {
    signal.removeEventListener("abort", stop);
    for (const watcher of watchers.values()) watcher.close();
  }
}

/** @throws PythonSourceError for a path that is not there */
function foldersOf(paths: readonly string[]): Set<string> {
  const { files, folders } = discover(paths);
  return new Set([...folders, ...files.map((file) => dirname(file))]);
}

function follow(
  watchers: Map<string, FSWatcher>,
  folders: ReadonlySet<string>,
  changed: (file: string | null) => void,
): void {
  for (const [folder, watcher] of watchers) {
    if (folders.has(folder)) continue;
    watcher.close();
    watchers.delete(folder);
  }
  for (const folder of folders) {
    if (watchers.has(folder)) continue;
    const watcher = watch(folder, (_, file) => changed(file));
    watcher.on("error", () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
  }
}
