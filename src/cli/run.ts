/** `nogil run`: one call of a Python function. */
import { type Command, Option } from "commander";
import { chooseInterpreter } from "../interpreter/index.js";
import { createPool, type PoolOptions } from "../pool/index.js";
import { type Context, ExitCode } from "./context.js";
import { unlessAborted } from "./interruption.js";
import { parseJson, printJson } from "./json/index.js";
import { jsonObject, profileOption, pythonOption, timeoutOption } from "./options.js";
import { parseTarget, type Target } from "./target.js";

interface RunOptions {
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly python?: string;
  readonly profile: "auto" | "thread" | "process";
  readonly timeout?: number;
}

export function addRun(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("run")
    .summary("one call of a Python function")
    .description("Call one Python function and print its result as JSON; what it prints goes to stderr.")
    .argument("<file.py:function>", "the function, or Class.method", parseTarget)
    .argument("[arg...]", "its arguments: JSON where it is JSON, else text")
    .addOption(new Option("--kwargs <json>", "keyword arguments as a JSON object").argParser(jsonObject))
    .addOption(pythonOption())
    .addOption(profileOption())
    .addOption(timeoutOption())
    .addHelpText(
      "after",
      `
Examples:
  $ nogil run stats.py:mean '[1, 2, 3]'
  $ nogil run images.py:resize photo.jpg --kwargs '{"width": 64}'
  $ nogil run text.py:shout '"42"'           the text 42, not the number
  $ nogil run package.stats:Table.rows 10    a module on Python's path, a method of a class`,
    )
    .action(async (target: Target, args: string[], options: RunOptions) =>
      end(await run(target, args, options, context)),
    );
}

async function run(
  target: Target,
  args: readonly string[],
  options: RunOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const { python, kwargs, timeout } = options;
  const interpreter = await chooseInterpreter({ ...(python === undefined ? {} : { python }), signal });
  const poolOptions: PoolOptions = {
    module: target.module,
    python: interpreter.path,
    // One call needs no advice on how to run many.
    profile: options.profile === "auto" && interpreter.gilEnabled ? "process" : options.profile,
    workers: 1,
    output: (_, line) => terminal.note(line),
    dates: "iso",
  };
  const pool = await unlessAborted(signal, createPool(poolOptions));
  try {
    const value = await pool.call(target.functionName, args.map(parseArgument), {
      signal,
      ...(kwargs === undefined ? {} : { kwargs }),
      ...(timeout === undefined ? {} : { timeout }),
    });
    await terminal.print(printJson(value));
    return ExitCode.OK;
  } finally {
    await pool.close();
  }
}

/** JSON where it is JSON, else the text itself. */
function parseArgument(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
