/** What the profiler is asked to do. */
import { resolve } from "node:path";
import { InvalidOption } from "../errors.js";
import { allowedCores, type Interpreter } from "../interpreter/index.js";

export interface ProfileOptions {
  /** A Python file or a dotted module name. */
  readonly module: string;
  /** `function` or `Class.method`. @default `workload`, or the whole script where the file has none */
  readonly functionName?: string;
  /** Arguments of each call; each thread gets its own copy, by way of JSON. */
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly interpreter: Interpreter;
  /** A free-threaded Python to compare with, where `interpreter` has the GIL. */
  readonly freeThreaded?: Interpreter | undefined;
  /** The most threads that are measured. @default 16 for each core, at least 32 and at most 128 */
  readonly maxThreads?: number;
  /** Seconds of measuring for each number of threads. @default 2 */
  readonly seconds?: number;
  /** Measure processes and the other state of the GIL at the knee too. @default true */
  readonly compare?: boolean;
  /** Milliseconds that one call may take. @default 30_000 */
  readonly callTimeoutMs?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProfileProgress) => void;
}

/** Where a profile is. */
export interface ProfileProgress {
  readonly step: "sweep" | "lines" | "comparison";
  readonly done: number;
  readonly total: number;
  readonly threads: number;
}

export interface ResolvedProfileOptions extends ProfileOptions {
  readonly maxThreads: number;
  readonly seconds: number;
  readonly compare: boolean;
  readonly callTimeoutMs: number;
  readonly cores: number;
}

const MOST_THREADS = 1_024;
const DEFAULTS = { seconds: 2, compare: true, callTimeoutMs: 30_000 } as const;
const MODULE = /^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

export function resolveOptions(options: ProfileOptions): ResolvedProfileOptions {
  const cores = allowedCores().allowed;
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = {
    ...DEFAULTS,
    maxThreads: Math.min(128, Math.max(32, Math.round(16 * cores))),
    ...(given as unknown as ProfileOptions),
    cores,
  };
  const { maxThreads, seconds, callTimeoutMs, module } = resolved;
  if (!Number.isInteger(maxThreads) || maxThreads < 1 || maxThreads > MOST_THREADS)
    throw new InvalidOption("maxThreads", maxThreads, `a whole number from 1 to ${MOST_THREADS}`);
  if (!(seconds >= 0.1 && seconds <= 600))
    throw new InvalidOption("seconds", seconds, "seconds from 0.1 to 600");
  if (!(callTimeoutMs > 0))
    throw new InvalidOption("callTimeoutMs", callTimeoutMs, "milliseconds, more than 0");
  if (typeof module !== "string" || module === "")
    throw new InvalidOption("module", module, "a Python file or a dotted module name");
  return { ...resolved, module: location(module, resolved.cwd ?? process.cwd()) };
}

function location(module: string, cwd: string): string {
  const isFile =
    module.endsWith(".py") || module.includes("/") || module.includes("\\") || !MODULE.test(module);
  return isFile ? resolve(cwd, module) : module;
}
