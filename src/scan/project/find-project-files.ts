/** From the folder of a project to the files that say something of its packaging. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FileError, folderExclusion, isEnvironment, systemProblem } from "../../analyzer/index.js";
import { type FileKind, kindOf } from "./file-kind.js";
import { ProjectFile } from "./project-file.js";

export interface ProjectFiles {
  readonly files: readonly ProjectFile[];
  /** Compiled extension modules below the folder, by their paths. */
  readonly binaries: readonly string[];
  readonly errors: readonly FileError[];
}

/** A lock file of a large project has some megabytes; what is larger is data under one of these names. */
const MAX_BYTES = 64 * 1024 * 1024;
const HIDDEN_FOLDERS = new Set([".github", ".circleci"]);
const BINARY = /\.(so|pyd)$/;
/** Kinds whose formats prescribe UTF-8: elsewhere a comment may be in anything. */
const UTF8_KINDS: ReadonlySet<FileKind> = new Set<FileKind>([
  "pyproject",
  "cargo",
  "poetry-lock",
  "uv-lock",
  "pdm-lock",
  "pipfile-lock",
  "pylock",
  "conda",
  "compose",
  "github-workflow",
  "gitlab-ci",
  "other-ci",
]);

/**
 * Reads the files of a project. Vendored code, environments, build output and links to folders are left out; a problem
 * with one file hides no other.
 * @param folder - absolute
 */
export function findProjectFiles(folder: string): ProjectFiles {
  const files: ProjectFile[] = [];
  const binaries: string[] = [];
  const errors: FileError[] = [];
  const attempt = <T>(path: string, action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      errors.push({ path: path || ".", kind: "unreadable", message: systemProblem(error) });
      return undefined;
    }
  };
  const walk = (below: string): void => {
    const absolute = join(folder, below);
    const entries = attempt(below, () => readdirSync(absolute, { withFileTypes: true })) ?? [];
    if (below !== "" && isEnvironment(entries.map(({ name }) => name))) return;
    entries.sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (HIDDEN_FOLDERS.has(entry.name) || folderExclusion(join(absolute, entry.name)) === undefined)
          walk(path);
      } else if (BINARY.test(entry.name)) binaries.push(path);
      else read(path);
    }
  };
  const read = (path: string): void => {
    const kind = kindOf(path);
    if (kind === undefined) return;
    const absolute = join(folder, path);
    const stats = attempt(path, () => statSync(absolute));
    // A pipe of this name would be waited for, for ever.
    if (stats === undefined || !stats.isFile()) return;
    if (stats.size > MAX_BYTES) {
      const message = `the file has ${stats.size} bytes; more than ${MAX_BYTES} are not read`;
      errors.push({ path, kind: "unreadable", message });
      return;
    }
    const bytes = attempt(path, () => readFileSync(absolute));
    if (bytes === undefined) return;
    try {
      const decoder = new TextDecoder("utf-8", { fatal: UTF8_KINDS.has(kind) });
      files.push(new ProjectFile(path, kind, decoder.decode(bytes)));
    } catch {
      errors.push({ path, kind: "encoding", message: "it is not UTF-8, which its format prescribes" });
    }
  };
  walk("");
  return { files, binaries, errors };
}
