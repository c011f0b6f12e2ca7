/** An import that names a Python file: what file that is, and the code that stands for it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { PythonSourceError } from "../../errors.js";
import { packageFile } from "../../package-root.js";
import { readModule } from "../model/read-module.js";
import { failureCode, type ModuleCodeOptions, moduleCode } from "./module-code.js";

const PYTHON_FILE = /\.py$/;

/** Without `?query` and `#fragment`. */
export function isPythonSpecifier(specifier: string): boolean {
  return PYTHON_FILE.test(specifier.replace(/[?#].*$/s, ""));
}

/** The file: URL of a relative, absolute or file: specifier; undefined for one that names a package. */
export function resolvePythonUrl(specifier: string, parent: string | undefined): string | undefined {
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return undefined;
  return new URL(specifier, parent ?? "file:///").href;
}

/**
 * Code for a Python file. A file that is not there or does not parse gives code that throws PythonSourceError, so that
 * the error has its type wherever the file was read.
 */
export function codeFor(file: string, options: ModuleCodeOptions): string {
  try {
    return moduleCode(readModule(file), options);
  } catch (error) {
    if (!(error instanceof PythonSourceError)) throw error;
    const { reason, line, column } = error;
    const place = line === undefined ? {} : { line, column: column ?? 1 };
    return failureCode(options.bindings, { file: error.file, reason, ...place });
  }
}

/** Code that runs beside the sources, by their absolute paths. */
export function codeForUrl(url: string): string {
  const file = fileURLToPath(url);
  return codeFor(file, { bindings: RUNTIME, pathOf: (path) => JSON.stringify(path) });
}

/** The runtime by its URL: a Python file may lie where the package's name leads nowhere. */
const RUNTIME = pathToFileURL(packageFile("dist", "bindings", "runtime", "index.js")).href;
