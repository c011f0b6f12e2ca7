/** `nogil status`: which Python there is, and whether it runs threads in parallel. */
import type { Command } from "commander";
import { isNogilError } from "../errors.js";
import {
  allowedCores,
  type Cores,
  checkPackages,
  chooseInterpreter,
  findInterpreters,
  howToInstall,
  type Interpreter,
  type PackageReport,
  type Rejected,
} from "../interpreter/index.js";
import { type Context, ExitCode } from "./context.js";
import { buildName, interpreterTable } from "./interpreter-table.js";
import { pythonOption } from "./options.js";
import { packageLines } from "./package-lines.js";
import type { Colors, Terminal } from "./terminal/index.js";

interface StatusOptions {
  readonly python?: string;
  readonly packages?: boolean;
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
  /** Null unless `--packages` asks for it, and without an interpreter. */
  readonly packages: PackageReport | null;
}

export function addStatus(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("status")
    .summary("which Pythons are here, and does the one in use run without the GIL")
    .description("Say which Pythons are here, which one is used, and whether it runs without the GIL.")
    .addOption(pythonOption())
    .option(
      "--packages",
      "import every installed package with extension modules and see what it does to the GIL",
    )
    .option(
      "--strict",
      "exit with 1 unless the chosen Python runs threads in parallel, and with --packages unless every package is ready",
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil status
  $ nogil status --python 3.14t
  $ nogil status --packages                  which package switches the GIL on, and through which import
  $ nogil status --packages --strict --json  for CI`,
    )
    .action(async (options: StatusOptions) => end(await status(options, context)));
}

async function status(options: StatusOptions, { terminal, signal }: Context): Promise<number> {
  const found = await inspect(options.python, signal);
  const packages =
    options.packages && found.chosen !== null ? await readiness(found.chosen, terminal, signal) : null;
  const report: Report = { ...found, packages };
  if (options.json) await terminal.print(JSON.stringify(report, null, 2));
  else for (const line of inWords(report, terminal.colors)) await terminal.print(line);
  const isMissing = report.chosen === null && options.python !== undefined;
  const isReady = report.threadsInParallel && (packages === null || packages.ready);
  return isMissing || (options.strict && !isReady) ? ExitCode.FAILED : ExitCode.OK;
}

async function readiness(
  interpreter: Interpreter,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<PackageReport> {
  const bar = terminal.startBar();
  try {
    return await checkPackages(interpreter, {
      signal,
      onProgress: (done, total, { module }) => bar.update(done / total, () => `imported ${module}`),
    });
  } finally {
    bar.end();
  }
}

async function inspect(python: string | undefined, signal: AbortSignal): Promise<Omit<Report, "packages">> {
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
  if (report.packages !== null) lines.push("", ...packageLines(report.packages, colors));
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
