/** What an analysis looks at, and what of it cannot be looked at. */
import type { FileResult } from "../parallel/index.js";
import type { FileError } from "../report.js";
import type { FoundFiles } from "../source/index.js";

export interface Input {
  readonly cwd: string;
  readonly found: FoundFiles;
  /** What is wrong with settings. */
  readonly settingsProblems: readonly FileError[];
  readonly sources: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/**
 * Paths that cannot be read, files that cannot be summarised, and the case that there is nothing at all.
 * @param results - of the files that were found
 * @param fromMemory - of the sources
 */
export function pathErrors(
  { found, sources, settingsProblems }: Input,
  results: readonly FileResult[],
  fromMemory: readonly FileResult[],
): FileError[] {
  const errors: FileError[] = found.problems.map(({ path, message }) => {
    return { path, kind: "unreadable", message };
  });
  const names = [...found.files, ...sources].map(({ path }) => path);
  [...results, ...fromMemory].forEach((result, index) => {
    const path = names[index] ?? "";
    if (result.kind === "unreadable") errors.push({ path, kind: "unreadable", message: result.message });
    if (result.kind === "failed") errors.push({ path, kind: "internal", message: result.message });
  });
  const generated = results.filter(({ kind }) => kind === "generated").length;
  if (generated === results.length && sources.length === 0 && errors.length === 0) {
    errors.push({ path: ".", kind: "unreadable", message: nothingFound(found.excluded, generated) });
  }
  return [...errors, ...settingsProblems];
}

function nothingFound(excluded: FoundFiles["excluded"], generated: number): string {
  const all = { ...excluded, generated: (excluded.generated ?? 0) + generated };
  const parts = Object.entries(all).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  const leftOut =
    parts.length === 0 ? "" : `; left out: ${parts.join(", ")} (name a path to have it checked)`;
  return `no Python files to check${leftOut}`;
}
