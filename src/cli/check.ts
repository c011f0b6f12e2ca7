/** `nogil check`: which lines of Python code race without the GIL. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  type AnalyzeOptions,
  analyze,
  DEFAULT_TARGET,
  explainRule,
  type FixedFiles,
  fixFiles,
  type Report,
  SEVERITIES,
  SourceLines,
} from "../analyzer/index.js";
import { InvalidOption } from "../errors.js";
import { cacheFolder } from "../interpreter/index.js";
import { withoutBaseline, writeBaseline } from "./check-baseline.js";
import { printDiff, writeFixes } from "./check-fix.js";
import { FORMATS, type Format, printReport } from "./check-report.js";
import { type Context, ExitCode } from "./context.js";
import { codeList } from "./options.js";
import { count } from "./terminal/index.js";

interface CommandOptions {
  readonly target?: string;
  readonly format: Format;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly minSeverity?: NonNullable<AnalyzeOptions["minSeverity"]>;
  readonly strict?: boolean;
  /** False with `--no-cache`. */
  readonly cache: boolean;
  readonly explain?: string;
  readonly stdinFilename?: string;
  readonly fix?: boolean;
  readonly diff?: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
}

/** The path that stands for stdin. */
const STDIN = "-";

export function addCheck(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("check")
    .summary("which lines of Python code race without the GIL")
    .description(
      "Find data races, broken locking and other hazards of threads without the GIL. Folders are searched for " +
        "Python files; generated and vendored code and virtual environments are left out unless they are named.",
    )
    .argument("[path...]", "files and folders, or - for stdin (default: the current folder)")
    .option("--target <version>", `the Python that the code will run on (default: "${DEFAULT_TARGET}")`)
    .addOption(new Option("--format <format>", "how to print").choices([...FORMATS]).default("text"))
    .option("--select <codes>", "look for these rules only: NG105, or NG1 for all that begin so", codeList)
    .option("--ignore <codes>", "leave these rules out", codeList)
    .addOption(new Option("--min-severity <severity>", "leave out what is below").choices([...SEVERITIES]))
    .option("--strict", "tell also of attributes of plain objects that nothing shows to be shared")
    .option("--stdin-filename <path>", "what the source on stdin is called; settings and findings go by it")
    .option("--fix", "repair in the files what can be repaired mechanically, and tell of the rest")
    .option("--diff", "print what --fix would change, and change nothing")
    .option("--baseline <file>", "tell only of what this file does not know")
    .option("--write-baseline", "write all findings into the file of --baseline")
    .option("--no-cache", "analyse every file anew")
    .option("--explain <code>", "say what a rule finds, why, and how to repair it")
    .addHelpText(
      "after",
      `
Exit code: 0 without findings, 1 with findings, 2 if something could not be checked.
A comment "# nogil: ignore[NG105] reason" on a line, or alone on the line above, takes a finding back.

Examples:
  $ nogil check src
  $ nogil check --target 3.13t --min-severity high app.py
  $ nogil check --format json . > findings.json
  $ nogil check --format sarif . > nogil.sarif
  $ nogil check --diff src
  $ nogil check --explain NG105`,
    )
    .action(async (paths: string[], options: CommandOptions) => end(await check(paths, options, context)));
}

async function check(paths: readonly string[], options: CommandOptions, context: Context): Promise<number> {
  const { terminal } = context;
  if (options.explain !== undefined) {
    await terminal.print(explainRule(options.explain));
    return ExitCode.OK;
  }
  const input = await inputOf(paths, options);
  if (options.diff === true) return printDiff(await fixesOf(input, options, context), input, terminal);
  const found =
    options.fix === true ? await fix(input, options, context) : await runAnalysis(input, options, context);
  const lines = new SourceLines((path) => bytesOf(path, input));
  const { baseline } = options;
  if (options.writeBaseline === true) {
    if (baseline === undefined) throw new InvalidOption("write-baseline", true, "--baseline FILE beside it");
    writeBaseline(found, baseline, lines, terminal);
    return found.errors.length > 0 ? ExitCode.WRONG_USAGE : ExitCode.OK;
  }
  const report = baseline === undefined ? found : withoutBaseline(found, baseline, lines, terminal);
  await printReport(report, options.format, lines, terminal);
  if (report.errors.length > 0) return ExitCode.WRONG_USAGE;
  return report.findings.length > 0 ? ExitCode.FAILED : ExitCode.OK;
}

type Input = Pick<AnalyzeOptions, "paths" | "sources">;

/** What to check; stdin is read to its end. */
async function inputOf(paths: readonly string[], { stdinFilename }: CommandOptions): Promise<Input> {
  if (!paths.includes(STDIN)) {
    if (stdinFilename !== undefined) {
      throw new InvalidOption("stdin-filename", stdinFilename, `no such option without the path "${STDIN}"`);
    }
    return { paths: paths.length === 0 ? ["."] : paths };
  }
  if (paths.length > 1) throw new InvalidOption("path", paths, `"${STDIN}" alone, or files and folders`);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return { sources: [{ path: stdinFilename ?? "<stdin>", source: Buffer.concat(chunks) }] };
}

function fixesOf(input: Input, options: CommandOptions, context: Context): Promise<FixedFiles> {
  const analyse = (changed: ReadonlyMap<string, Uint8Array>) => {
    const sources = [...changed].map(([path, source]) => ({ path, source }));
    const others = (input.sources ?? []).filter(({ path }) => !changed.has(path));
    return runAnalysis({ ...input, sources: [...others, ...sources] }, options, context);
  };
  return fixFiles(analyse, (path) => bytesOf(path, input));
}

async function fix(input: Input, options: CommandOptions, context: Context): Promise<Report> {
  if (input.paths === undefined) {
    throw new InvalidOption("fix", true, "files; what is on stdin can be shown by --diff and not changed");
  }
  return writeFixes(await fixesOf(input, options, context), context.terminal);
}

async function runAnalysis(input: Input, options: CommandOptions, { terminal, signal }: Context) {
  const { target, select, ignore, minSeverity, strict } = options;
  const bar = terminal.startBar();
  try {
    return await analyze({
      ...input,
      projectSettings: true,
      repairs: options.format !== "text" || options.fix === true || options.diff === true,
      ...(target === undefined ? {} : { target }),
      signal,
      ...(select === undefined ? {} : { select }),
      ...(ignore === undefined ? {} : { ignore }),
      ...(minSeverity === undefined ? {} : { minSeverity }),
      ...(strict === undefined ? {} : { strict }),
      ...(options.cache ? { cacheFolder: join(cacheFolder(), "analyzer") } : {}),
      onProgress: (done, total) => bar.update(done / total, () => `${count(done)} of ${count(total)} files`),
    });
  } finally {
    bar.end();
  }
}

/** The bytes of a file by the path a report shows; it may be gone by now. */
function bytesOf(path: string, { sources = [] }: Input): Uint8Array | undefined {
  const given = sources.find((one) => one.path === path)?.source;
  if (given !== undefined) return Buffer.from(given);
  try {
    return readFileSync(resolve(path));
  } catch {
    return undefined;
  }
}
