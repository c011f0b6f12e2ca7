import type { Terminal } from "./terminal/index.js";

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads stdout any more. */
  readonly signal: AbortSignal;
}

/** Exit codes, as DESIGN.md 4.3 and docs/cli.md have them. */
export const ExitCode = {
  OK: 0,
  FAILED: 1,
  WRONG_USAGE: 2,
} as const;
