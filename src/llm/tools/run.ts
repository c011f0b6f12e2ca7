/**
 * Runs what a model asked for: all calls of a round in parallel, each checked, approved, timed. What goes
 * wrong in a tool is told to the model; only the end of the whole call stops a round.
 */
import type { ToolCall, ToolMessage } from "../messages.js";
import type { ToolRun } from "../response.js";
import type { Scope } from "../scope.js";
import type { Approval, RunnableTool, Toolbox } from "./tool.js";

export interface ToolRunOptions {
  readonly toolbox: Toolbox;
  readonly scope: Scope;
  /** Milliseconds for tools without a limit of their own. */
  readonly timeout: number;
  /** Asked before every call, after the tool's own hook. */
  readonly approve: ((call: ToolCall) => Approval | Promise<Approval>) | undefined;
  readonly onRun: ((run: ToolRun) => void) | undefined;
}

/** A message meant for the model. */
class ToolFault extends Error {}

export function runTools(calls: readonly ToolCall[], options: ToolRunOptions): Promise<ToolRun[]> {
  return Promise.all(calls.map((call) => runTool(call, options)));
}

/** What the model reads of a run. */
export function toolMessage(run: ToolRun): ToolMessage {
  return Object.freeze({
    role: "tool" as const,
    toolCallId: run.id,
    name: run.name,
    content: run.error ?? resultText(run.result),
    ...(run.error === undefined ? {} : { isError: true }),
  });
}

async function runTool(call: ToolCall, options: ToolRunOptions): Promise<ToolRun> {
  const started = performance.now();
  let result: unknown;
  let error: string | undefined;
  try {
    result = await execute(call, options);
  } catch (caught) {
    error = caught instanceof ToolFault ? caught.message : `${call.name} failed: ${messageOf(caught)}`;
  }
  const run = Object.freeze({
    id: call.id,
    name: call.name,
    args: call.args,
    result,
    error,
    duration: performance.now() - started,
  });
  options.onRun?.(run);
  return run;
}

async function execute(call: ToolCall, options: ToolRunOptions): Promise<unknown> {
  const tool = options.toolbox.runnable.get(call.name);
  if (tool === undefined) {
    const names = [...options.toolbox.runnable.keys()].join(", ");
    throw new ToolFault(`there is no tool "${call.name}"; there are: ${names}`);
  }
  if (call.args === undefined)
    throw new ToolFault(`the arguments of ${call.name} are not valid JSON: ${call.argsText}`);
  const checked = tool.check(call.args);
  if (!checked.ok)
    throw new ToolFault(`the arguments of ${call.name} are wrong: ${checked.issues.join("; ")}`);
  await approved(tool.approve?.(checked.value, call), call);
  await approved(options.approve?.(call), call);
  return await timed(tool, checked.value, call, options);
}

async function approved(answer: Approval | Promise<Approval> | undefined, call: ToolCall): Promise<void> {
  const approval = (await answer) ?? true;
  if (approval === true) return;
  throw new ToolFault(
    approval === false
      ? `the call of ${call.name} was not approved`
      : `${call.name} was not approved: ${approval}`,
  );
}

/** The tool's result, or a fault once its time is over: a tool that ignores its signal holds nobody up. */
function timed(tool: RunnableTool, args: unknown, call: ToolCall, options: ToolRunOptions): Promise<unknown> {
  const limit = tool.timeout ?? options.timeout;
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      off();
    };
    const stop = (why: string): void => {
      settle();
      const fault = new ToolFault(why);
      abort.abort(fault);
      reject(fault);
    };
    const timer = setTimeout(() => stop(`${call.name} did not finish within ${limit} ms`), limit);
    const off = options.scope.onStop(() => stop(`${call.name} was stopped`));
    new Promise((run) => {
      run(tool.run(args, { signal: abort.signal, toolCallId: call.id }, limit));
    }).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

function resultText(result: unknown): string {
  if (typeof result === "string") return result;
  if (result === undefined) return "null";
  try {
    return JSON.stringify(result, (_key, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    );
  } catch (error) {
    return `the result cannot be written as JSON: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
