/** Tools: functions a model may ask for. TypeScript functions here, Python functions through `ToolSet`. */
import { InvalidOption } from "../../errors.js";
import type { ToolCall, ToolDefinition } from "../messages.js";
import { type AnySchema, compileSchema } from "../schema.js";

/** What a tool is called with besides its arguments. */
export interface ToolContext {
  /** Aborted when the time of the tool or of the whole call is over. */
  readonly signal: AbortSignal;
  readonly toolCallId: string;
}

/** True: run it. False or a text: do not, and tell the model why. */
export type Approval = boolean | string;

/** A tool that is a TypeScript function. */
export interface FunctionTool<Args = unknown> {
  readonly name: string;
  readonly description?: string;
  /** Schema of one object that holds all arguments. */
  readonly parameters: AnySchema<Args>;
  execute(args: Args, context: ToolContext): unknown;
  /** Milliseconds one call may take. @default the call's `toolTimeout` */
  readonly timeout?: number;
  /** Asked before every call of this tool. */
  approve?(args: Args, call: ToolCall): Approval | Promise<Approval>;
}

/** Many tools behind one door, such as the functions of a Python file on a pool. */
export interface ToolSet {
  readonly definitions: readonly ToolDefinition[];
  /** The set checks arguments itself: `call` gets them as the model wrote them. @default false */
  readonly checksArguments?: boolean;
  /**
   * Runs one tool with checked arguments.
   * @param options.timeout milliseconds.
   */
  call(
    name: string,
    args: unknown,
    options: { readonly signal: AbortSignal; readonly timeout: number },
  ): Promise<unknown>;
  /** Asked before every call. */
  approve?(name: string, args: unknown, call: ToolCall): Approval | Promise<Approval>;
}

/** A tool whatever its arguments are: what every {@link FunctionTool} is. */
interface UntypedTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: AnySchema;
  execute(args: never, context: ToolContext): unknown;
  readonly timeout?: number;
  approve?(args: never, call: ToolCall): Approval | Promise<Approval>;
}

/** A tool, a set of them, or a definition alone: its calls come back in `toolCalls`. */
export type ToolLike = UntypedTool | ToolSet | ToolDefinition;

/** Types the arguments of `execute` from the schema. */
export function defineTool<Args>(tool: FunctionTool<Args>): FunctionTool<Args> {
  return tool;
}

/** How to run one tool; undefined functions stay with the caller. */
export interface RunnableTool {
  readonly definition: ToolDefinition;
  readonly timeout: number | undefined;
  check(args: unknown): ReturnType<ReturnType<typeof compileSchema>["check"]>;
  run(args: unknown, context: ToolContext, timeout: number): unknown;
  approve?: (args: unknown, call: ToolCall) => Approval | Promise<Approval>;
}

/** The tools of one call by name. */
export interface Toolbox {
  readonly definitions: readonly ToolDefinition[];
  readonly runnable: ReadonlyMap<string, RunnableTool>;
}

const EMPTY: Toolbox = Object.freeze({ definitions: Object.freeze([]), runnable: new Map() });
// What every provider accepts as a name.
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

export function openToolbox(tools: ToolLike | readonly ToolLike[] | undefined): Toolbox {
  if (tools === undefined) return EMPTY;
  const list = Array.isArray(tools) ? (tools as readonly ToolLike[]) : [tools as ToolLike];
  if (list.length === 0) return EMPTY;
  const definitions: ToolDefinition[] = [];
  const runnable = new Map<string, RunnableTool>();
  const seen = new Set<string>();
  const add = (definition: ToolDefinition): ToolDefinition => {
    if (!NAME.test(definition.name)) {
      throw new InvalidOption("tools", definition.name, "names of 1 to 64 letters, digits, _ and -");
    }
    if (seen.has(definition.name)) {
      throw new InvalidOption("tools", definition.name, "every tool name only once");
    }
    seen.add(definition.name);
    definitions.push(definition);
    return definition;
  };
  for (const tool of list) {
    if ("definitions" in tool) {
      for (const definition of tool.definitions)
        runnable.set(add(definition).name, fromSet(tool, definition));
    } else if ("execute" in tool) {
      const ready = fromFunction(tool as FunctionTool);
      runnable.set(add(ready.definition).name, ready);
    } else {
      add({ name: tool.name, ...describing(tool), parameters: compileSchema(tool.parameters).json });
    }
  }
  return { definitions, runnable };
}

function fromSet(set: ToolSet, definition: ToolDefinition): RunnableTool {
  const { name } = definition;
  const schema = set.checksArguments ? undefined : compileSchema(definition.parameters);
  return {
    definition,
    timeout: undefined,
    check: (args) => schema?.check(args) ?? { ok: true, value: args },
    run: (args, { signal }, timeout) => set.call(name, args, { signal, timeout }),
    approve: (args, call) => set.approve?.(name, args, call) ?? true,
  };
}

function fromFunction(tool: FunctionTool): RunnableTool {
  const schema = compileSchema(tool.parameters);
  return {
    definition: { name: tool.name, ...describing(tool), parameters: schema.json },
    timeout: tool.timeout,
    check: (args) => schema.check(args),
    run: (args, context) => tool.execute(args, context),
    ...(tool.approve === undefined ? {} : { approve: tool.approve.bind(tool) }),
  };
}

function describing(tool: { readonly description?: string }): { description?: string } {
  return tool.description === undefined ? {} : { description: tool.description };
}
