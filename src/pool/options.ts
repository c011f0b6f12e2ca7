/** Options of a pool: what callers may write, what it becomes, and how a wrong value is refused. */
import { totalmem } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidOption } from "../errors.js";
import type { ArrowLibrary } from "../wire/index.js";
import type { HostFunctions } from "./host-functions.js";
import {
  checkOptions,
  inside,
  milliseconds,
  oneOf,
  type Rule,
  type Rules,
  rule,
  text,
  trueOrFalse,
  wholeNumber,
} from "./option-rules.js";

/** Options of `createPool`. */
export interface PoolOptions {
  /**
   * Python modules whose functions can be called: files (`./stats.py`, `file:` URLs) or dotted names. A name without a
   * module is looked up in the order given.
   */
  readonly module: string | URL | readonly (string | URL)[];
  /**
   * `thread`: many threads in one process, truly parallel on a free-threaded interpreter. `process`: one thread in each
   * of many processes, parallel on any interpreter. `auto`: threads if the GIL is off once the modules are imported,
   * else processes.
   * @default "auto"
   */
  readonly profile?: "auto" | "thread" | "process";
  /**
   * Python processes. `"auto"` leaves the number of tasks at once to the controller, as `concurrency: "auto"`.
   * @default undefined: one with threads, else one a core
   */
  readonly workers?: number | "auto";
  /**
   * Threads in each process; only with the thread profile. `"auto"` leaves the number of tasks at once to the
   * controller, as `concurrency: "auto"`.
   * @default undefined: one a core
   */
  readonly threads?: number | "auto";
  /**
   * How many tasks of one function run at once. A number limits each function to so many. `auto` finds the best number
   * for each function while it runs, from 1 to `maxThreads` (docs/concurrency.md): above the number of cores for tasks
   * that wait, fewer where threads hold one another up.
   * @default undefined: as many as there are threads
   */
  readonly concurrency?: number | "auto";
  /** Threads (or processes, with that profile) that `concurrency: "auto"` may start at most. @default 64 */
  readonly maxThreads?: number;
  /** Coroutines that run at once on the event loop of each worker. @default 10_000 */
  readonly maxCoroutines?: number;
  /** Finds the pool again with `getPool(name)`. */
  readonly name?: string;
  /** A Python function called once in each worker after the imports, and one called in each of its threads. */
  readonly initializer?: string;
  readonly threadInitializer?: string;
  /** When to replace a worker by a fresh one: started first, then the old one finishes its tasks. @default never */
  readonly recycle?: RecycleOptions;
  /** Replace the workers when a Python file beside the modules changes; for development. @default false */
  readonly watch?: boolean;
  /**
   * Look for two threads inside a class that is not declared thread-safe: report it (`warn`), or fail the call
   * (`strict`). See `pool.safetyReport()`. `strict` also fails calls whose arrays were written to before they were sent.
   * @default "off"
   */
  readonly safetyChecks?: "off" | "warn" | "strict";
  /** A path, a command, a virtual environment's folder or a version request ("3.14t", ">=3.11"). */
  readonly python?: string;
  /** Working folder of the workers, and what relative modules start from. @default process.cwd() */
  readonly cwd?: string;
  /** Environment variables added to the host's; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Tasks that may wait; one more is refused with QueueFull. @default 100_000 */
  readonly maxQueue?: number;
  /** Largest message in either direction, in bytes. @default 2 GiB - 1 */
  readonly maxMessageBytes?: number;
  /** Most bytes that `pool.share` keeps at a time. @default half of the machine's memory */
  readonly maxSharedBytes?: number;
  /** Milliseconds a worker may take to start and to import the modules. @default 60_000 */
  readonly startTimeout?: number;
  /** Milliseconds a task has to stop by itself after it was cancelled. @default 250 */
  readonly grace?: number;
  /** Milliseconds after the cancellation when the worker of a task that still runs is replaced. @default 2_000 */
  readonly killAfter?: number;
  /**
   * What becomes of lines that Python prints: to the same stream of this process, to events only, or to a function,
   * which gets those too that are printed while the modules are imported. @default "inherit"
   */
  readonly output?: "inherit" | "events" | OutputListener;
  /** What a Python `datetime` becomes: a Date, or its ISO text with microseconds and zone. @default "date" */
  readonly dates?: "date" | "iso";
  /**
   * What a Python `int` from 2⁵³ on becomes: a bigint (`exact`), or the call fails with NotSendable (`number`), so that
   * every int that arrives is a number.
   * @default "exact"
   */
  readonly ints?: "exact" | "number";
  /**
   * `import * as arrow from "apache-arrow"`, version 14 or newer: data frames of pandas, polars and pyarrow arrive as its
   * tables instead of columns, and its tables can be arguments.
   * @default none
   */
  readonly arrow?: ArrowLibrary;
  /** Functions that Python code calls with `nogil.host.call(name, …)`. @default none */
  readonly host?: HostFunctions;
}

/** Limits of one worker's life. */
export interface RecycleOptions {
  /** Tasks ended. */
  readonly tasks?: number;
  /** Milliseconds since its start. */
  readonly age?: number;
  /** Resident memory of the Python process in bytes. */
  readonly rss?: number;
}

/** Gets each line that Python prints, without its end. */
export type OutputListener = (stream: "stdout" | "stderr", line: string) => void;

/** Every option with its value. */
export interface ResolvedOptions {
  readonly modules: readonly string[];
  readonly profile: "auto" | "thread" | "process";
  readonly workers: number | "auto";
  readonly threads: number | "auto";
  readonly concurrency: number | "auto" | undefined;
  readonly maxThreads: number;
  readonly maxCoroutines: number;
  readonly name: string | undefined;
  readonly initializer: string | undefined;
  readonly threadInitializer: string | undefined;
  readonly recycle: RecycleOptions;
  readonly watch: boolean;
  readonly safetyChecks: "off" | "warn" | "strict";
  readonly python: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly maxQueue: number;
  readonly maxMessageBytes: number;
  readonly maxSharedBytes: number;
  readonly startTimeout: number;
  readonly grace: number;
  readonly killAfter: number;
  readonly output: "inherit" | "events" | OutputListener;
  readonly dates: "date" | "iso";
  readonly ints: "exact" | "number";
  readonly arrow: ArrowLibrary | undefined;
  readonly host: HostFunctions;
}

const MAX_WORKERS = 1024;
const MAX_THREADS = 1024;
const MAX_COROUTINES = 1_000_000;
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
const MIN_MESSAGE_BYTES = 1 << 16;

const isModule = (value: unknown) => (typeof value === "string" && value !== "") || value instanceof URL;
const count = (most: number): Rule => {
  const whole = wholeNumber(`"auto" or a whole number from 1 to ${most}`, 1, most);
  return rule(whole.expected, (value) => value === "auto" || whole.accepts(value));
};
const limit = rule("a number above 0", (value) => typeof value === "number" && value > 0);

const RULES: Rules<PoolOptions> = {
  module: rule("a file or a dotted module name, or an array of them", (value) =>
    Array.isArray(value) ? value.every(isModule) : isModule(value),
  ),
  profile: oneOf("auto", "thread", "process"),
  workers: count(MAX_WORKERS),
  threads: count(MAX_THREADS),
  concurrency: count(MAX_THREADS),
  maxThreads: wholeNumber(`a whole number from 1 to ${MAX_THREADS}`, 1, MAX_THREADS),
  maxCoroutines: wholeNumber(`a whole number from 1 to ${MAX_COROUTINES}`, 1, MAX_COROUTINES),
  name: text("a text"),
  initializer: text("the name of a Python function"),
  threadInitializer: text("the name of a Python function"),
  recycle: inside("{ tasks, age, rss }", { tasks: limit, age: limit, rss: limit }),
  watch: trueOrFalse,
  safetyChecks: oneOf("off", "warn", "strict"),
  python: text("a path, a command, a folder or a version request"),
  cwd: text("the path of a folder"),
  env: rule(
    "an object of texts",
    (value) =>
      typeof value === "object" &&
      value !== null &&
      Object.values(value).every((entry) => entry === undefined || typeof entry === "string"),
  ),
  maxQueue: wholeNumber("a whole number, 1 or more", 1, Number.MAX_SAFE_INTEGER),
  maxMessageBytes: wholeNumber(
    `bytes, from ${MIN_MESSAGE_BYTES} to ${MAX_MESSAGE_BYTES}`,
    MIN_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES,
  ),
  maxSharedBytes: wholeNumber("bytes, 0 or more", 0, Number.MAX_SAFE_INTEGER),
  startTimeout: milliseconds,
  grace: milliseconds,
  killAfter: milliseconds,
  output: rule(
    '"inherit", "events" or a function',
    (value) => value === "inherit" || value === "events" || typeof value === "function",
  ),
  dates: oneOf("date", "iso"),
  ints: oneOf("exact", "number"),
  arrow: rule('the module: import * as arrow from "apache-arrow"', (value) => {
    const given = (value ?? {}) as Partial<ArrowLibrary>;
    return [given.Table, given.tableFromIPC, given.tableToIPC].every((part) => typeof part === "function");
  }),
  host: rule(
    "an object of functions",
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  ),
};

const DEFAULTS = {
  profile: "auto",
  workers: "auto",
  threads: "auto",
  concurrency: undefined,
  maxThreads: 64,
  maxCoroutines: 10_000,
  name: undefined,
  initializer: undefined,
  threadInitializer: undefined,
  recycle: {},
  watch: false,
  safetyChecks: "off",
  python: undefined,
  env: {},
  maxQueue: 100_000,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxSharedBytes: Math.floor(totalmem() / 2),
  startTimeout: 60_000,
  grace: 250,
  killAfter: 2_000,
  output: "inherit",
  dates: "date",
  ints: "exact",
  arrow: undefined,
  host: {},
} as const satisfies Omit<ResolvedOptions, "modules" | "cwd">;

/** @throws InvalidOption naming the option, its value and what is allowed. */
export function normalizeOptions(options: PoolOptions): ResolvedOptions {
  checkOptions(RULES, options);
  const { module, ...given } = withoutUndefined(options);
  if (module === undefined) throw new InvalidOption("module", module, RULES.module.expected);
  // Who writes "auto" asks for the controller; a pool of which nothing is said has a thread a core and is not watched.
  const isAuto = given.threads === "auto" || given.workers === "auto";
  const rest = {
    ...DEFAULTS,
    ...(isAuto ? { concurrency: "auto" as const } : {}),
    cwd: process.cwd(),
    ...given,
  };
  if (rest.killAfter < rest.grace) {
    throw new InvalidOption("killAfter", rest.killAfter, `at least grace = ${rest.grace} milliseconds`);
  }
  if (rest.profile === "process" && rest.threads !== "auto" && rest.threads > 1) {
    throw new InvalidOption(
      "threads",
      rest.threads,
      '1 or "auto" with profile "process" (raise workers instead)',
    );
  }
  const modules = (isList(module) ? module : [module]).map((name) => moduleLocation(name, rest.cwd));
  return { ...rest, modules };
}

/** A file becomes its absolute path; a dotted name stays what it is. */
export function moduleLocation(module: string | URL, cwd: string): string {
  if (module instanceof URL || module.startsWith("file:")) {
    const url = new URL(module);
    if (url.protocol !== "file:")
      throw new InvalidOption("module", url.href, "a file: URL, a path or a dotted name");
    return fileURLToPath(url);
  }
  const isPath = module.includes("/") || module.includes("\\") || module.endsWith(".py");
  if (isPath) return resolve(cwd, module);
  if (!/^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u.test(module)) {
    throw new InvalidOption(
      "module",
      module,
      'a file ("./stats.py") or a dotted module name ("package.stats")',
    );
  }
  return module;
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** What is given as undefined is not given: the default holds. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
