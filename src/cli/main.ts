/** The command `nogil`: which commands there are, and how any of them ends. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { type Context, ExitCode } from "./context.js";
import { reportFailure } from "./failure.js";
import { Interruption } from "./interruption.js";
import { Terminal } from "./terminal/index.js";

type AddCommand = (program: Command, context: Context, end: (exitCode: number) => void) => void;

/** Loaded when they are asked for: what one command needs would cost the others a third of a second at the start. */
const COMMANDS = new Map<string, () => Promise<AddCommand>>([
  ["status", async () => (await import("./status.js")).addStatus],
  ["python", async () => (await import("./python.js")).addPython],
  ["check", async () => (await import("./check.js")).addCheck],
  ["run", async () => (await import("./run.js")).addRun],
  ["map", async () => (await import("./map.js")).addMap],
  ["demo", async () => (await import("./demo.js")).addDemo],
]);

/**
 * Runs the command line.
 *
 * @param argv the arguments, without the executable and the script
 * @returns the exit code: 0, 1 for failures, 2 for wrong usage, 128 + n after signal n
 */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = new Terminal(process.stdout, process.stderr, process.env);
  const interruption = new Interruption();
  process.removeAllListeners("warning");
  process.on("warning", (warning) => noteWarning(warning, terminal));
  let exitCode: number;
  try {
    exitCode = await runCommand(argv, { terminal, signal: interruption.signal });
  } catch (error) {
    exitCode = interruption.signal.aborted ? ExitCode.FAILED : reportFailure(error, terminal);
  }
  // Something may still be starting or installing, which would keep this process alive.
  if (interruption.exitCode !== undefined) process.exit(interruption.exitCode);
  return exitCode;
}

async function runCommand(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const program = new Command("nogil")
    .description("True-parallel Python: find a Python without the GIL, call its functions on every core.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  const end = (code: number) => {
    exitCode = code;
  };
  const named = COMMANDS.get(argv[0] ?? "");
  for (const load of named === undefined ? COMMANDS.values() : [named]) (await load())(program, context, end);
  await program.parseAsync(argv, { from: "user" });
  return exitCode;
}

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return String(JSON.parse(readFileSync(file, "utf8")).version);
}

function noteWarning(warning: Error, terminal: Terminal): void {
  const { detail } = warning as { readonly detail?: string };
  const { yellow } = terminal.noteColors;
  terminal.note(`${yellow("warning:")} ${warning.message}${detail === undefined ? "" : `. ${detail}`}`);
}
