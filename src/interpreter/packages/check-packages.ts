/**
 * Whether the packages of an environment run without the GIL: not what they say of themselves, but what importing
 * each one does in a fresh process of the interpreter. A package that crashes or hangs harms only its own process.
 */
import { availableParallelism } from "node:os";
import { InterpreterUnusable, InvalidOption } from "../../errors.js";
import { lastLines } from "../command.js";
import type { Interpreter } from "../interpreter.js";
import {
  type ImportAnswer,
  type ImportOutcome,
  type InstalledPackage,
  judge,
  type PackageReadiness,
} from "./package-readiness.js";
import { ask } from "./python-answer.js";

/** How packages are looked at. */
export interface PackageCheckOptions {
  /** Milliseconds that the import of one package may take. @default 60_000 */
  readonly timeoutMs?: number;
  /** Packages imported at once. @default the number of cores */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Called when a package is done. */
  readonly onProgress?: (done: number, total: number, last: PackageReadiness) => void;
}

/** What an environment holds. */
export interface PackageReport {
  /** Packages with extension modules, by name. */
  readonly packages: readonly PackageReadiness[];
  /** Distributions without any: pure Python cannot switch the GIL on by itself. */
  readonly pure: readonly string[];
  /** Every package with extensions was imported on a free-threaded build and left the GIL off. */
  readonly ready: boolean;
}

/** Large packages take seconds to import; from a cold network disk much more. */
const IMPORT_LIMIT_MS = 60_000;
const LIST_LIMIT_MS = 60_000;

/**
 * Imports each installed package that has extension modules, each in a process of its own.
 *
 * @throws {@link InterpreterUnusable} when the interpreter cannot even list what is installed
 * @throws {@link InvalidOption} when an option has a value that cannot be meant
 */
export async function checkPackages(
  interpreter: Interpreter,
  options: PackageCheckOptions = {},
): Promise<PackageReport> {
  const { timeoutMs = IMPORT_LIMIT_MS, atOnce = availableParallelism(), env = process.env, signal } = options;
  if (!(timeoutMs > 0)) throw new InvalidOption("timeoutMs", timeoutMs, "milliseconds, more than 0");
  if (!Number.isInteger(atOnce) || atOnce < 1)
    throw new InvalidOption("atOnce", atOnce, "a whole number, 1 or more");
  const installed = await listInstalled(interpreter, env, signal);
  const results: PackageReadiness[] = new Array(installed.packages.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let index = next++; index < installed.packages.length; index = next++) {
      const one = installed.packages[index]!;
      const outcome = await importOnce(interpreter, one.module, timeoutMs, env, signal);
      const readiness = judge(one, outcome, interpreter.freeThreadedBuild);
      results[index] = readiness;
      options.onProgress?.(++done, installed.packages.length, readiness);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const packages = results.toSorted((left, right) => (left.module < right.module ? -1 : 1));
  return { packages, pure: installed.pure, ready: packages.every(({ verdict }) => verdict === "ready") };
}

interface Installed {
  readonly packages: readonly InstalledPackage[];
  readonly pure: readonly string[];
}

async function listInstalled(
  interpreter: Interpreter,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Installed> {
  const { value, result } = await ask(interpreter, {
    script: "installed.py",
    args: [],
    mark: "nogil-installed:",
    timeoutMs: LIST_LIMIT_MS,
    signal,
    env,
  });
  // The script is ours and its answer whole: either there is one or the process failed.
  if (value !== undefined) return value as Installed;
  const said = lastLines(result.stderr, 2);
  throw new InterpreterUnusable(
    interpreter.path,
    `could not list its installed packages (${result.outcome}, code ${result.code})${said === "" ? "" : `: ${said}`}`,
  );
}

async function importOnce(
  interpreter: Interpreter,
  module: string,
  timeoutMs: number,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<ImportOutcome> {
  const { value, result } = await ask(interpreter, {
    script: "import_check.py",
    args: [module],
    mark: "nogil-import-check:",
    timeoutMs,
    signal,
    env,
  });
  if (value !== undefined) return { kind: "answered", answer: value as ImportAnswer };
  if (result.outcome === "timed out")
    return { kind: "hung", how: `importing it did not end within ${timeoutMs / 1000} s` };
  const said = lastLines(result.stderr, 2);
  const how = result.signal === null ? `with exit code ${result.code}` : `by ${result.signal}`;
  return {
    kind: "crashed",
    how: `importing it ended the process ${how}${said === "" ? "" : `: ${said.replace(/\s+/g, " ")}`}`,
  };
}
