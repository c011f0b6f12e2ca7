/** `nogil python`: list, install, path. */
import type { Command } from "commander";
import { isNogilError } from "../errors.js";
import {
  chooseInterpreter,
  findInterpreters,
  type Interpreter,
  installInterpreter,
} from "../interpreter/index.js";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed } from "./failure.js";
import { interpreterTable } from "./interpreter-table.js";
import { pythonOption } from "./options.js";
import { duration } from "./terminal/index.js";

interface PathOptions {
  readonly python?: string;
  readonly freeThreaded?: boolean;
}

export function addPython(program: Command, context: Context, end: (exitCode: number) => void): void {
  const python = program
    .command("python")
    .summary("list Pythons, get one without the GIL, print where it is")
    .description("List the Pythons of this machine, get one without the GIL, or print where it is.")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  $ nogil python list
  $ nogil python install
  $ "$(nogil python path --free-threaded)" script.py`,
    );
  python
    .command("list")
    .description("List every Python that was found; the star marks the one that is used.")
    .option("--json", "print one JSON array")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil python list
  $ nogil python list --json`,
    )
    .action(async (options: { readonly json?: boolean }) => end(await list(options.json ?? false, context)));
  python
    .command("install")
    .description("Get a free-threaded Python from the first source that can be reached, and print its path.")
    .argument("[version]", 'the version, such as "3.14t"')
    .option("--optimize", "where it has to be built: take longer to build a faster one")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil python install
  $ nogil python install 3.14t
  $ nogil python install 3.13t --optimize`,
    )
    .action(async (version: string | undefined, options: { readonly optimize?: boolean }) =>
      end(await install(version, options.optimize ?? false, context)),
    );
  python
    .command("path")
    .description("Print the path of the Python that is used.")
    .addOption(pythonOption())
    .option("--free-threaded", "fail unless it is a free-threaded build")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil python path
  $ "$(nogil python path --free-threaded)" -m venv .venv`,
    )
    .action(async (options: PathOptions) => end(await path(options, context)));
}

async function list(asJson: boolean, { terminal, signal }: Context): Promise<number> {
  const { interpreters } = await findInterpreters({ signal });
  if (asJson) {
    await terminal.print(JSON.stringify(interpreters, null, 2));
    return ExitCode.OK;
  }
  const chosen = await chooseInterpreter({ signal }).catch((error: unknown) => {
    // One that was asked for and is not there must not hide the others.
    if (interpreters.length === 0 || !isNogilError(error)) throw error;
    terminal.note(error.message);
    return null;
  });
  for (const line of interpreterTable(interpreters, chosen, terminal.colors.dim)) await terminal.print(line);
  return ExitCode.OK;
}

async function path(options: PathOptions, { terminal, signal }: Context): Promise<number> {
  const chosen = await choose(options, signal);
  await terminal.print(chosen.path);
  return ExitCode.OK;
}

async function choose({ python, freeThreaded }: PathOptions, signal: AbortSignal): Promise<Interpreter> {
  const chosen = await chooseInterpreter(python === undefined ? { signal } : { python, signal });
  if (!freeThreaded || chosen.freeThreadedBuild) return chosen;
  if (python !== undefined) {
    throw new CommandFailed(`${chosen.path} is not a free-threaded build: ${chosen.reason}`);
  }
  // What the project asks for may have the GIL; one without may be there all the same.
  return chooseInterpreter({ python: "t", signal });
}

async function install(
  version: string | undefined,
  optimize: boolean,
  { terminal, signal }: Context,
): Promise<number> {
  const startedAt = performance.now();
  const bar = terminal.startBar();
  let lastStep = "";
  try {
    const interpreter = await installInterpreter({
      ...(version === undefined ? {} : { version }),
      optimize,
      signal,
      onProgress: ({ source, step, fraction }) => {
        const words = `${source}: ${step}`;
        bar.update(fraction, () => words);
        if (!terminal.isInteractive && words !== lastStep) terminal.note(words);
        lastStep = words;
      },
    });
    bar.end();
    const took = duration(performance.now() - startedAt);
    terminal.note(`Python ${interpreter.version}, free-threaded, is ready (${took}).`);
    await terminal.print(interpreter.path);
    return ExitCode.OK;
  } finally {
    bar.end();
  }
}
