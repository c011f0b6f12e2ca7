/** Options of a pool: what callers may write, what it becomes, and how a wrong value is refused. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InvalidOption } from "../errors.js";
import type { HostFunctions } from "./host-functions.js";

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
  /** Python processes. @default "auto": one with threads, else one a core */
  readonly workers?: number | "auto";
  /** Threads in each process; only with the thread profile. @default "auto": one a core */
  readonly threads?: number | "auto";
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
   * (`strict`). See `pool.safetyReport()`.
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
  readonly startTimeout: number;
  readonly grace: number;
  readonly killAfter: number;
  readonly output: "inherit" | "events" | OutputListener;
  readonly dates: "date" | "iso";
  readonly host: HostFunctions;
}

const MAX_WORKERS = 1024;
const MAX_THREADS = 1024;
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
const MIN_MESSAGE_BYTES = 1 << 16;

const count = (most: number) => {
  const expected = `"auto" or a whole number from 1 to ${most}`;
  return z.custom<number | "auto">(
    (value) =>
      value === "auto" || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most),
    expected,
  );
};
const milliseconds = z
  .number("milliseconds, 0 or more")
  .min(0, "milliseconds, 0 or more")
  .max(2 ** 31 - 1);
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, values.map((value) => `"${value}"`).join(" or "));
const limit = z.number("a number above 0").gt(0, "a number above 0");
const moduleName = z.union([z.string().min(1), z.instanceof(URL)], "a file or a dotted module name");

const schema = z.strictObject({
  module: z.union([moduleName, z.array(moduleName)], "a file or a dotted module name, or an array of them"),
  profile: oneOf(["auto", "thread", "process"]).default("auto"),
  workers: count(MAX_WORKERS).default("auto"),
  threads: count(MAX_THREADS).default("auto"),
  name: z.string("a text").min(1).optional(),
  initializer: z.string("the name of a Python function").min(1).optional(),
  threadInitializer: z.string("the name of a Python function").min(1).optional(),
  recycle: z
    .strictObject(
      { tasks: limit.optional(), age: limit.optional(), rss: limit.optional() },
      "{ tasks, age, rss }",
    )
    .default({}),
  watch: z.boolean("true or false").default(false),
  safetyChecks: oneOf(["off", "warn", "strict"]).default("off"),
  python: z.string("a path, a command, a folder or a version request").min(1).optional(),
  cwd: z.string("the path of a folder").default(() => process.cwd()),
  env: z.record(z.string(), z.string().optional(), "an object of texts").default({}),
  maxQueue: z.int("a whole number, 1 or more").min(1, "a whole number, 1 or more").default(100_000),
  maxMessageBytes: z
    .int(`bytes, from ${MIN_MESSAGE_BYTES} to ${MAX_MESSAGE_BYTES}`)
    .min(MIN_MESSAGE_BYTES, `bytes, from ${MIN_MESSAGE_BYTES} to ${MAX_MESSAGE_BYTES}`)
    .max(MAX_MESSAGE_BYTES, `bytes, from ${MIN_MESSAGE_BYTES} to ${MAX_MESSAGE_BYTES}`)
    .default(MAX_MESSAGE_BYTES),
  startTimeout: milliseconds.default(60_000),
  grace: milliseconds.default(250),
  killAfter: milliseconds.default(2_000),
  output: z
    .union(
      [z.enum(["inherit", "events"]), z.custom<OutputListener>((value) => typeof value === "function")],
      '"inherit", "events" or a function',
    )
    .default("inherit"),
  dates: oneOf(["date", "iso"]).default("date"),
  host: z
    .custom<HostFunctions>((value) => typeof value === "object" && value !== null, "an object of functions")
    .default({}),
});

/** Options without a default, so that every one is there. */
const OPTIONAL = { name: undefined, initializer: undefined, threadInitializer: undefined, python: undefined };

/** @throws InvalidOption naming the option, its value and what is allowed. */
export function normalizeOptions(options: PoolOptions): ResolvedOptions {
  const { module, ...rest } = check(schema, options);
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
  const modules = (Array.isArray(module) ? module : [module]).map((name) => moduleLocation(name, rest.cwd));
  return { ...OPTIONAL, ...rest, recycle: rest.recycle as RecycleOptions, modules };
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

/** Checks a value and says what is wrong in our own words. */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const path = [...issue.path, issue.keys[0] ?? ""];
    const isKnown = issue.path.length === 0 && schema instanceof z.ZodObject;
    const known = isKnown ? `; known are ${Object.keys(schema.shape).join(", ")}` : "";
    throw new InvalidOption(path.join("."), valueAt(value, path), `no such option${known}`);
  }
  if (issue === undefined || issue.path.length === 0)
    throw new InvalidOption("options", value, "an object of options");
  throw new InvalidOption(issue.path.join("."), valueAt(value, issue.path), issue.message);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value);
}
