/** Declaration files beside Python files: written, or compared with what would be written. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { PythonSourceError } from "../../errors.js";
import { GENERATED_BY, printModule } from "../declarations/print-module.js";
import { readModule } from "../model/read-module.js";
import { loadConfiguration } from "../runtime/configuration.js";
import { discover } from "./discover.js";
import { lineDifference } from "./line-difference.js";

export interface DeclarationFile {
  /** The Python file, as it was named. */
  readonly source: string;
  /** `stats.d.py.ts` beside `stats.py`: what TypeScript's `allowArbitraryExtensions` looks for. */
  readonly file: string;
  /**
   * `written`: it was missing or out of date. `unchanged`. `stale`: it is out of date and was only looked at. `empty`:
   * the Python file offers nothing, so there is no declaration file. `failed`: see `error`.
   */
  readonly status: "written" | "unchanged" | "stale" | "empty" | "failed";
  readonly error?: PythonSourceError;
  /** Of a stale file: lines with `-` and `+`. */
  readonly difference?: readonly string[];
}

export interface DeclareOptions {
  /** Only look whether the files are up to date. @default false */
  readonly check?: boolean;
}

/**
 * Writes the declarations of Python files, without running any.
 *
 * @param paths Python files and folders of them
 * @throws PythonSourceError for a path that is not there; what is wrong with one file is in its result
 * @throws InvalidOption for a configuration that is not one
 */
export async function declareFiles(
  paths: readonly string[],
  options: DeclareOptions = {},
): Promise<readonly DeclarationFile[]> {
  const results: DeclarationFile[] = [];
  const named = new Set(paths);
  for (const source of discover(paths).files) {
    const file = declarationPath(source);
    try {
      results.push(await declareFile(source, file, named.has(source), options.check ?? false));
    } catch (error) {
      if (!(error instanceof PythonSourceError)) throw error;
      results.push({ source, file, status: "failed", error });
    }
  }
  return results;
}

function declarationPath(source: string): string {
  return source.replace(/\.py$/, ".d.py.ts");
}

async function declareFile(
  source: string,
  file: string,
  isNamed: boolean,
  check: boolean,
): Promise<DeclarationFile> {
  const { pool = {} } = await loadConfiguration(dirname(source));
  const module = readModule(source);
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (module.exports.length === 0 && before === undefined && !isNamed)
    return { source, file, status: "empty" };
  const text = printModule(module, { dates: pool.dates ?? "date", ints: pool.ints ?? "exact" });
  if (before === text) return { source, file, status: "unchanged" };
  if (before !== undefined && !before.startsWith(GENERATED_BY))
    throw new PythonSourceError(
      source,
      `${basename(file)} was not written by nogil and stays as it is; move it away to have it generated`,
    );
  if (check) return { source, file, status: "stale", difference: lineDifference(before ?? "", text) };
  // In one step, so that a compiler that watches never sees half of it.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return { source, file, status: "written" };
}
