/** `nogil status`: which Python there is, and whether it runs threads in parallel. */
import type { Command } from "commander";
import { isNogilError } from "../errors.js";
import {
  allowedCores,
  type Cores,
  chooseInterpreter,
  findInterpreters,
  howToInstall,
  type Interpreter,
  type Rejected,
} from "../interpreter/index.js";
import { type Context, ExitCode } from "./context.js";
import { buildName, interpreterTable } from "./interpreter-table.js";
import { pythonOption } from "./options.js";
import type { Colors } from "./terminal/index.js";

interface StatusOptions {
  readonly python?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints; docs/cli.md documents it. */
interface Report {
  readonly cores: number;
  readonly affinity: number;
  readonly quota: number | null;
  readonly chosen: Interpreter | null;
  /** Why none is chosen. */
  readonly problem: string | null;
  readonly threadsInParallel: boolean;
  readonly interpreters: readonly Interpreter[];
  readonly rejected: readonly Rejected[];
  readonly warnings: readonly string[];
}

export function addStatus(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("status")
    .summary("which Pythons are here, and does the one in use run without the GIL")
    .description("Say which Pythons are here, which one is used, and whether it runs without the GIL.")
    .addOption(pythonOption())
    .option("--strict", "exit with 1 unless the chosen Python runs threads in parallel")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil status
  $ nogil status --python 3.14t
  $ nogil status --strict --json`,
    )
    .action(async (options: StatusOptions) => end(await status(options, context)));
}

async function status(options: StatusOptions, { terminal, signal }: Context): Promise<number> {
  const report = await inspect(options.python, signal);
  if (options.json) await terminal.print(JSON.stringify(report, null, 2));
  else for (const line of inWords(report, terminal.colors)) await terminal.print(line);
  const isMissing = report.chosen === null && options.python !== undefined;
  return isMissing || (options.strict && !report.threadsInParallel) ? ExitCode.FAILED : ExitCode.OK;
}

async function inspect(python: string | undefined, signal: AbortSignal): Promise<Report> {
  const wish = python === undefined ? { signal } : { python, signal };
  const { interpreters, rejected } = await findInterpreters(wish);
  const { allowed, affinity, quota }: Cores = allowedCores();
  let chosen: Interpreter | null = null;
  let problem: string | null = null;
  try {
    chosen = await chooseInterpreter(wish);
  } catch (error) {
    if (!isNogilError(error)) throw error;
    problem = error.message;
  }
  const threadsInParallel = chosen !== null && !chosen.gilEnabled;
  const warnings = warningsFor(chosen);
  return {
    cores: allowed,
    affinity,
    quota,
    chosen,
    problem,
    threadsInParallel,
    interpreters,
    rejected,
    warnings,
  };
}

function warningsFor(chosen: Interpreter | null): string[] {
  const isSet = (process.env.PYTHONDONTWRITEBYTECODE ?? "") !== "";
  if (chosen === null || !chosen.freeThreadedBuild || !isSet) return [];
  return [
    "PYTHONDONTWRITEBYTECODE is set. Without the GIL, code that Python compiles itself instead of loading it from " +
      "a .pyc file shares its constants between threads and can run slower on two threads than on one. nogil's own " +
      "pools are not affected; for other programs unset it.",
  ];
}

function inWords(report: Report, colors: Colors): string[] {
  const { bold, dim, green, red, yellow } = colors;
  const { chosen, interpreters } = report;
  const rejected = report.rejected.filter(({ reason }) => reason !== report.problem);
  const lines: string[] = [];
  if (chosen === null) {
    lines.push(`${red("No Python to use:")} ${report.problem}`);
  } else {
    lines.push(`${bold(`Python ${chosen.version}`)}, ${buildName(chosen)}: ${chosen.path}`);
    lines.push(`  found by: ${chosen.source}`);
    lines.push(
      chosen.gilEnabled
        ? `  ${yellow("runs with the GIL")}: ${chosen.reason}`
        : `  ${green("runs without the GIL")}: ${chosen.reason}`,
    );
    lines.push(`  ${consequence(chosen)}`);
    if (!interpreters.concat(chosen).some(({ freeThreadedBuild }) => freeThreadedBuild)) {
      lines.push("", howToInstall());
    }
  }
  lines.push("", `${bold("Cores:")} ${coresInWords(report)}`);
  if (interpreters.length > 0) {
    lines.push("", bold("Found:"));
    for (const line of interpreterTable(interpreters, chosen, dim)) lines.push(`  ${line}`);
  }
  if (rejected.length > 0) {
    lines.push("", bold("Not usable:"));
    for (const { path, source, reason } of rejected) lines.push(`  ${path} (${source}): ${reason}`);
  }
  for (const warning of report.warnings) lines.push("", `${yellow("Warning:")} ${warning}`);
  return lines;
}

function consequence(chosen: Interpreter): string {
  return chosen.gilEnabled
    ? "one thread at a time runs Python code; nogil uses one process for each core"
    : "threads of one process run Python code in parallel; nogil uses one thread for each core";
}

function coresInWords({ cores, affinity, quota }: Report): string {
  if (quota === null) return String(cores);
  return `${cores} (${affinity} can be used, the container's limit is ${quota})`;
}
