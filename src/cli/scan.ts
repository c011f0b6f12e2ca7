/** `nogil scan`: whether a project is ready for a Python without the GIL, and what keeps it from being so. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  DEFAULT_TARGET,
  SEVERITIES,
  type Severity,
  SourceLines,
  summaryOf,
  TextFormat,
} from "../analyzer/index.js";
import { cacheFolder } from "../interpreter/index.js";
import { type Scanned, type ScanOptions, scanProject } from "../scan/index.js";
import { type Context, ExitCode } from "./context.js";
import { pythonOption } from "./options.js";
import { errorLine, findingLines, overviewLines } from "./scan-lines.js";
import type { Terminal } from "./terminal/index.js";

interface CommandOptions {
  readonly target: string;
  readonly python?: string;
  readonly minSeverity?: Severity;
  readonly known?: string;
  /** False with `--no-check`, `--no-environment`, `--no-cache`. */
  readonly check: boolean;
  readonly environment: boolean;
  readonly cache: boolean;
  readonly json?: boolean;
}

export function addScan(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("scan")
    .summary("is a project ready for a Python without the GIL, and if not, why")
    .description(
      "Look at a project as a whole: its code (as nogil check), how it is built and packaged, what it depends on, and " +
        "what the installed packages do to the GIL. The verdict is ready, ready after some steps, or not ready.",
    )
    .argument("[path]", "the folder of the project", ".")
    .option("--target <version>", "the free-threaded Python that it shall run on", DEFAULT_TARGET)
    .addOption(pythonOption())
    .addOption(
      new Option("--min-severity <severity>", "leave out findings below; the verdict stays").choices([
        ...SEVERITIES,
      ]),
    )
    .option("--no-check", "leave the Python code out")
    .option("--no-environment", "look for no interpreter and import no package")
    .option("--known <file>", "a list of known packages to use instead of the one that comes with nogil")
    .option("--no-cache", "analyse every file anew")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Exit code: 0 without findings, 1 with findings, 2 if something could not be read or checked.
The packages of --python, or of the project's virtual environment, are imported, each in a process of its own.

Examples:
  $ nogil scan
  $ nogil scan --target 3.13t --python .venv
  $ nogil scan --no-check --no-environment   files only, in a moment
  $ nogil scan --json . > readiness.json`,
    )
    .action(async (path: string, options: CommandOptions) => end(await runScan(path, options, context)));
}

async function runScan(
  path: string,
  options: CommandOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const scanned = await withProgress(path, options, terminal, signal);
  const { report } = scanned;
  if (options.json) await terminal.print(JSON.stringify(report, null, 2));
  else await printText(path, scanned, terminal);
  const { packaging, check, errors } = report;
  if (errors.length > 0 || (check?.errors.length ?? 0) > 0) return ExitCode.WRONG_USAGE;
  return packaging.length + (check?.findings.length ?? 0) > 0 ? ExitCode.FAILED : ExitCode.OK;
}

async function withProgress(
  path: string,
  { target, python, minSeverity, known, check, environment, cache }: CommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Scanned> {
  const bar = terminal.startBar();
  const options: ScanOptions = {
    path,
    target,
    check,
    environment,
    signal,
    ...(python === undefined ? {} : { python }),
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...(known === undefined ? {} : { known }),
    ...(cache ? { cacheFolder: join(cacheFolder(), "analyzer") } : {}),
    onProgress: (what, share) => bar.update(share, () => what),
  };
  try {
    return await scanProject(options);
  } finally {
    bar.end();
  }
}

async function printText(path: string, { report, code }: Scanned, terminal: Terminal): Promise<void> {
  const { colors } = terminal;
  if (code !== null) {
    const text = new TextFormat(new SourceLines((shown) => bytesOf(path, shown)), colors);
    for (const finding of code.findings) await terminal.print(`${text.finding(finding)}\n`);
    for (const error of code.errors) terminal.note(text.error(error));
  }
  for (const finding of report.packaging)
    await terminal.print(`${findingLines(finding, colors).join("\n")}\n`);
  for (const error of report.errors) terminal.note(errorLine(error, terminal.noteColors));
  if (code !== null) await terminal.print(`Code: ${summaryOf(code)}`);
  for (const line of overviewLines(report, colors)) await terminal.print(line);
}

/** The bytes of a file by the path a finding shows; it may be gone by now. */
function bytesOf(folder: string, path: string): Uint8Array | undefined {
  try {
    return readFileSync(resolve(folder, path));
  } catch {
    return undefined;
  }
}
