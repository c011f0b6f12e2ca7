/** The interpreter that would be used, and what importing each package of its environment does to the GIL. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isNogilError } from "../../errors.js";
import {
  checkPackages,
  chooseInterpreter,
  type FindOptions,
  type Interpreter,
  type PackageReadiness,
  type PackageReport,
} from "../../interpreter/index.js";
import type { EnvironmentReport } from "../report.js";
import { gilOnlyBinaries } from "../rules/index.js";

export interface MeasureOptions {
  /** As in `chooseInterpreter`; its environment is measured, whatever it is. */
  readonly python?: string;
  /** The project's folder. */
  readonly cwd: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, module: string) => void;
}

/** What was found out. */
export interface Measured {
  readonly interpreter: Interpreter | null;
  /** Why there is none. */
  readonly problem: string | null;
  /** Null where nothing was imported. */
  readonly packages: PackageReport | null;
  /** Compiled modules in it that it cannot load. */
  readonly foreign: readonly { readonly path: string; readonly abi: string }[];
  readonly notes: readonly string[];
}

/**
 * Looks for the interpreter and measures its packages where they are the project's: those of `python`, or of a virtual
 * environment.
 * @throws InterpreterNotFound if `python` is named and not there
 */
export async function measureEnvironment(options: MeasureOptions): Promise<Measured> {
  const { python, cwd, signal, onProgress } = options;
  const wish: FindOptions = {
    cwd,
    ...(python === undefined ? {} : { python }),
    ...(signal === undefined ? {} : { signal }),
  };
  let interpreter: Interpreter;
  try {
    interpreter = await chooseInterpreter(wish);
  } catch (error) {
    if (python !== undefined || !isNogilError(error)) throw error;
    return { interpreter: null, problem: error.message, packages: null, foreign: [], notes: [] };
  }
  const notes: string[] = [];
  const isEnvironment = interpreter.prefix !== interpreter.basePrefix;
  let packages: PackageReport | null = null;
  if (!interpreter.freeThreadedBuild)
    notes.push("installed packages were not measured: this Python always has the GIL");
  else if (python === undefined && !isEnvironment)
    notes.push(
      "installed packages were not measured: there is no virtual environment (name one with --python)",
    );
  else
    packages = await checkPackages(interpreter, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total, { module }) => onProgress?.(done, total, module),
    });
  const foreign = packages === null ? [] : gilOnlyBinaries(compiledModules(interpreter.prefix));
  return { interpreter, problem: null, packages, foreign, notes };
}

/** Compiled modules in the environment's folders for packages, absolute. */
function compiledModules(prefix: string): string[] {
  const sites = ["lib", "lib64", "Lib"].flatMap((name) => {
    const folder = join(prefix, name);
    return [folder, ...foldersIn(folder).map((one) => join(folder, one))].map((one) =>
      join(one, "site-packages"),
    );
  });
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory()) walk(join(folder, entry.name));
      else if (/\.(so|pyd)$/.test(entry.name)) found.push(join(folder, entry.name));
    }
  };
  for (const site of sites) walk(site);
  return found;
}

function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The report's part on it. */
export function environmentReport({ interpreter, packages }: Measured): EnvironmentReport | null {
  if (interpreter === null) return null;
  const { path, version, freeThreadedBuild, gilEnabled, reason } = interpreter;
  return {
    path,
    version,
    freeThreadedBuild,
    gilEnabled,
    reason,
    packages: packages?.packages.map(inShort) ?? null,
  };
}

function inShort({ distribution, module, version, verdict, reason }: PackageReadiness) {
  return { name: distribution ?? module, version, verdict, reason };
}
