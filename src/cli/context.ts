import type { Command } from "commander";
import type { Terminal } from "./terminal/index.js";

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads stdout any more. */
  readonly signal: AbortSignal;
}

/** Adds a command to the program; `end` is told the exit code if it is not 0. */
export type AddCommand = (program: Command, context: Context, end: (exitCode: number) => void) => void;

/** Exit codes, as docs/cli.md has them. */
export const ExitCode = {
  OK: 0,
  FAILED: 1,
  WRONG_USAGE: 2,
} as const;
