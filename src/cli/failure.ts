/** Errors in the words of the command line: what happened and what to do, never our own stack. */
import { CommanderError } from "commander";
import { InvalidOption, isNogilError, ModuleLoadFailed, PythonError } from "../errors.js";
import { ExitCode } from "./context.js";
import type { Terminal } from "./terminal/index.js";

/** Something only the command line can get wrong: its files, its arguments. */
export class CommandFailed extends Error {
  constructor(
    message: string,
    readonly exitCode: number = ExitCode.FAILED,
  ) {
    super(message);
  }
}

/** Tells the user, and says which exit code it is. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  // Commander has said it already: the wrong usage, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.WRONG_USAGE;
  const { red, dim } = terminal.noteColors;
  terminal.note(`${red("error:")} ${messageOf(error)}`);
  const traceback = tracebackOf(error);
  if (traceback !== undefined) terminal.note(dim(traceback));
  if (error instanceof CommandFailed) return error.exitCode;
  return error instanceof InvalidOption ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
}

function messageOf(error: unknown): string {
  if (isNogilError(error) || error instanceof CommandFailed) return error.message;
  if (process.env.NOGIL_DEBUG === "1" && error instanceof Error) return String(error.stack);
  const what = error instanceof Error ? error.message : String(error);
  return `${what} (unexpected; NOGIL_DEBUG=1 shows where)`;
}

function tracebackOf(error: unknown): string | undefined {
  const raised = error instanceof ModuleLoadFailed ? error.pythonError : error;
  const traceback = raised instanceof PythonError ? raised.traceback.trimEnd() : "";
  return traceback === "" ? undefined : traceback;
}

/** The reason of a failed file operation in words. */
export function fileProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "no such file or folder";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    case "ENOSPC":
      return "no space left on the device";
    default:
      return code ?? String(error);
  }
}
