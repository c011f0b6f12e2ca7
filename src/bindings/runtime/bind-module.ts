/** What the code generated for `import … from "./x.py"` is made of. */
import { dirname } from "node:path";
import { InvalidOption, PythonSourceError, Unsupported } from "../../errors.js";
import type { MapOptions, Pool, CallOptions as PoolCallOptions } from "../../pool/index.js";
import { kwargs } from "../../wire/index.js";
import type { Plan } from "./argument-plan.js";
import { pythonArguments } from "./call-arguments.js";
import { findConfiguration } from "./configuration.js";
import { type PoolSlot, slotFor } from "./default-pools.js";
import { DeferredHandle } from "./deferred-handle.js";
import { DeferredMap } from "./deferred-map.js";
import type { ClassSpec, FunctionSpec } from "./function-spec.js";
import { Keeping } from "./keeping.js";
import type { CallOptions, MapResults, TaskHandle } from "./types.js";

/** A Python function in TypeScript, before a declaration file gives it its types. */
export interface BoundFunction {
  (...args: readonly unknown[]): Promise<unknown> | AsyncIterable<unknown>;
  /** Starts the call and gives its handle at once. */
  push(...args: readonly unknown[]): TaskHandle<unknown>;
  /** One call for each item, many under way. */
  map(items: Iterable<unknown> | AsyncIterable<unknown>, options?: MapOptions): MapResults<unknown>;
  /** The same function with options for each of its calls. */
  withOptions(options: CallOptions): BoundFunction;
}

/**
 * @param file absolute path of the Python file
 * @param plans plans that arguments of its functions refer to by number
 * @param classes classes that results of its functions refer to by number
 */
export function bindModule(
  file: string,
  plans: readonly Plan[],
  classes: readonly ClassSpec[] = [],
): { function(spec: FunctionSpec): BoundFunction } {
  const slot = slotFor(file, findConfiguration(dirname(file)) ?? "");
  const keeping = new Keeping(classes, plans);
  return {
    function: (spec) => {
      const keep = keeping.of(spec.stays, spec.kind === "create" ? "always" : "unsendable");
      const bound = keep === undefined ? {} : { keep };
      return bindFunction({ file, plans, slot, spec, options: bound });
    },
  };
}

/** Throws what reading the file failed with, where the import stands. */
export function failImport(file: string, reason: string, line?: number, column?: number): never {
  throw new PythonSourceError(file, reason, line, column);
}

interface Binding {
  readonly file: string;
  readonly plans: readonly Plan[];
  readonly slot: PoolSlot;
  readonly spec: FunctionSpec;
  readonly options: PoolCallOptions;
}

function bindFunction(binding: Binding): BoundFunction {
  const { spec, plans, slot, file } = binding;
  const name = `${file}:${spec.name}`;
  const hasOptions = Object.keys(binding.options).length > 0;
  const submit = (pool: Pool, given: readonly unknown[]) => {
    const { args, kwargs: keywords } = pythonArguments(spec, given, plans);
    // Without options there is nothing to check, which costs more than a small call.
    if (keywords === undefined && !hasOptions) return pool.push(name, ...args);
    return pool.submit(name, args, { ...binding.options, ...(keywords && { kwargs: keywords }) });
  };
  const call = async (...given: readonly unknown[]): Promise<unknown> => {
    const pool = slot.running ?? (await slot.pool());
    return submit(pool, given);
  };
  const push = (...given: readonly unknown[]): TaskHandle<unknown> => {
    if (spec.kind !== "call") throw new Unsupported(`${spec.name}.push: ${WHY_NO_HANDLE[spec.kind]}`);
    const pool = slot.running;
    return pool === undefined
      ? new DeferredHandle(name, slot.pool(), (started) => submit(started, given))
      : submit(pool, given);
  };
  const map = (items: Iterable<unknown> | AsyncIterable<unknown>, options: MapOptions = {}) => {
    if (spec.kind !== "call") throw new Unsupported(`${spec.name}.map: ${WHY_NO_HANDLE[spec.kind]}`);
    const { spread = false, ...rest } = options;
    return new DeferredMap(async () => {
      const pool = slot.running ?? (await slot.pool());
      const lists = argumentLists(spec, items, spread, plans);
      return { run: pool.map(name, lists, { ...withoutProgress(binding.options), ...rest, spread: true }) };
    });
  };
  const stream = (...given: readonly unknown[]) => ({
    async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
      yield* openStream(slot.running ?? (await slot.pool()), binding, name, given);
    },
  });
  const withOptions = (options: CallOptions) =>
    bindFunction({ ...binding, options: { ...binding.options, ...options } });
  const bound = spec.kind === "stream" ? stream : call;
  Object.defineProperty(bound, "name", { value: spec.name });
  return Object.assign(bound, { push, map, withOptions });
}

const WHY_NO_HANDLE = {
  stream: "a generator has no handle; iterate it",
  create: "an object that stays in Python has no handle; await it",
} as const;

/** Arguments of each call of a map; keyword arguments go with them in the pool's own form. */
async function* argumentLists(
  spec: FunctionSpec,
  items: Iterable<unknown> | AsyncIterable<unknown>,
  spread: boolean,
  plans: readonly Plan[],
): AsyncGenerator<readonly unknown[], void, undefined> {
  for await (const item of items) {
    if (spread && !Array.isArray(item))
      throw new InvalidOption("items", item, "arrays of arguments, because of spread: true");
    const { args, kwargs: keywords } = pythonArguments(spec, spread ? (item as unknown[]) : [item], plans);
    yield keywords === undefined ? args : [...args, kwargs(keywords)];
  }
}

function withoutProgress({ onProgress: _, ...options }: CallOptions): Omit<CallOptions, "onProgress"> {
  return options;
}

function openStream(
  pool: Pool,
  { spec, plans, options }: Binding,
  name: string,
  given: readonly unknown[],
): AsyncIterable<unknown> {
  const { args, kwargs: keywords } = pythonArguments(spec, given, plans);
  const { retry: _, ...streamOptions } = options;
  return pool.submitStream(name, args, { ...streamOptions, ...(keywords && { kwargs: keywords }) });
}
