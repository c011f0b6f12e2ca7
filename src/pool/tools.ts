/**
 * Python functions as tools of a language model, Python classes as types of its answers. What they look like is read in
 * the worker from type hints and docstrings; `nogil/llm` takes both as they are, without knowing the pool.
 */
import { InvalidOption, PythonError } from "../errors.js";
import type { CallOptions } from "./call-options.js";

/** Schema as a language model reads it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** True: run it. False or a text: do not, and tell the model why. */
export type ToolApproval = boolean | string;

/** Asked before each call of one tool, with the arguments as the model wrote them. */
export type ApproveTool = (args: unknown) => ToolApproval | Promise<ToolApproval>;

export interface PythonToolsOptions {
  /** Names of the tools to offer. @default all */
  readonly only?: readonly string[];
  /** By the name of a tool. A tool without a hook is run unasked. */
  readonly approve?: Readonly<Record<string, ApproveTool>>;
}

export interface PythonToolDefinition {
  readonly name: string;
  readonly description: string;
  /** Schema of one object that holds all arguments. */
  readonly parameters: JsonSchema;
}

/** Functions of Python modules, as `tools` of `nogil/llm` takes them. */
export interface PythonTools {
  readonly definitions: readonly PythonToolDefinition[];
  /** Arguments are checked against the type hints, in Python: `call` takes what a model wrote. */
  readonly checksArguments: true;
  /**
   * Runs a tool on the pool. Several calls run in parallel.
   *
   * @param options.timeout milliseconds
   * @throws Error that says what is wrong with the arguments; PythonError what the function raised; TaskTimeout,
   * TaskCancelled and the other errors of a call
   */
  call(
    name: string,
    args: unknown,
    options?: { readonly signal?: AbortSignal; readonly timeout?: number },
  ): Promise<unknown>;
  approve(name: string, args: unknown): ToolApproval | Promise<ToolApproval>;
}

/** A Python class as `schema` of `nogil/llm` takes it: a dataclass, a TypedDict, a NamedTuple or a pydantic model. */
export interface PythonType<T = unknown> {
  readonly name: string;
  readonly jsonSchema: JsonSchema;
  /** The value with defaults filled in, or sentences on what is wrong with it. */
  validate(
    value: unknown,
  ): Promise<
    { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly string[] }
  >;
}

/** Calls a function on the pool. */
export type Submit = (name: string, args: readonly unknown[], options?: CallOptions) => Promise<unknown>;

/** What a worker answers to these names; see python/nogil/_tools.py. */
const DESCRIBE = "nogil:tools";
const RUN = "nogil:tool";
const TYPE = "nogil:type";
const READ = "nogil:read";
const INVALID_ARGUMENTS = "nogil._tools.InvalidArguments";
/** Reading hints and values has no effects. */
const REPEATABLE: CallOptions = { retry: { idempotent: true } };
/** What every provider accepts as the name of a type. */
const NOT_IN_A_NAME = /[^a-zA-Z0-9_-]/g;

interface Described extends PythonToolDefinition {
  /** `module:function` */
  readonly function: string;
}

/** @param module number of a loaded module, undefined for all */
export async function pythonTools(
  submit: Submit,
  module: number | undefined,
  { only, approve = {} }: PythonToolsOptions,
): Promise<PythonTools> {
  const described = (await submit(DESCRIBE, [module ?? null], REPEATABLE)) as readonly Described[];
  const names = described.map(({ name }) => name);
  for (const name of only ?? []) checkName("only", name, names);
  for (const name of Object.keys(approve)) checkName("approve", name, names);
  const offered = described.filter(({ name }) => only === undefined || only.includes(name));
  const functions = new Map(offered.map(({ name, function: path }) => [name, path]));
  return {
    definitions: offered.map(({ name, description, parameters }) => ({ name, description, parameters })),
    checksArguments: true,
    call: async (name, args, options = {}) => {
      const path = functions.get(name);
      if (path === undefined)
        throw new InvalidOption("name", name, `one of ${[...functions.keys()].join(", ")}`);
      try {
        return await submit(RUN, [path, args], options);
      } catch (error) {
        if (!(error instanceof PythonError) || error.type !== INVALID_ARGUMENTS) throw error;
        throw new TypeError(`the arguments are wrong: ${error.args[0]}`, { cause: error });
      }
    },
    approve: (name, args) => (Object.hasOwn(approve, name) ? (approve[name] as ApproveTool)(args) : true),
  };
}

export async function pythonType<T>(submit: Submit, name: string): Promise<PythonType<T>> {
  const jsonSchema = (await submit(TYPE, [name], REPEATABLE)) as JsonSchema;
  return {
    name: name.replace(NOT_IN_A_NAME, "_").slice(-64),
    jsonSchema,
    validate: (value) => submit(READ, [name, value], REPEATABLE) as ReturnType<PythonType<T>["validate"]>,
  };
}

function checkName(option: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) {
    throw new InvalidOption(
      option,
      name,
      names.length === 0 ? "none: there is no tool" : `one of ${names.join(", ")}`,
    );
  }
}
