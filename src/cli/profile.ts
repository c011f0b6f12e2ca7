/** `nogil profile`: how a function scales with threads, and what limits it. */
import { readFile, writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { chooseInterpreter, findInterpreters, howToInstall, type Interpreter } from "../interpreter/index.js";
import {
  type BaselineComparison,
  compareWithBaseline,
  drawPage,
  type ProfileProgress,
  type ProfileReport,
  parseBaseline,
  profile,
} from "../profiler/index.js";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed, fileProblem } from "./failure.js";
import { parseJson } from "./json/index.js";
import { jsonObject, pythonOption, timeoutOption, wholeNumber } from "./options.js";
import { comparedLines, profileLines } from "./profile-lines.js";
import type { Terminal } from "./terminal/index.js";

interface ProfileCommandOptions {
  readonly python?: string;
  readonly maxThreads?: number;
  readonly seconds?: number;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
  readonly compare: boolean;
  readonly html?: string;
  readonly json?: boolean;
  readonly failOnCliff?: boolean;
  readonly baseline?: string;
}

interface Target {
  readonly module: string;
  readonly functionName: string | undefined;
}

export function addProfile(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("profile")
    .summary("how a function scales with threads: the curve, the knee, the cliff and its cause")
    .description(
      "Call a Python function on more and more threads, find the best number of them, and say what keeps more from " +
        "doing more. Without a function it is `workload`, or the whole script.",
    )
    .argument("<file.py[:function]>", "a file, a function in it, or package.module:function", parseTarget)
    .argument("[arg...]", "its arguments: JSON where it is JSON, else text")
    .addOption(new Option("--kwargs <json>", "keyword arguments as a JSON object").argParser(jsonObject))
    .addOption(new Option("--max-threads <n>", "the most threads to try").argParser(wholeNumber))
    .addOption(
      new Option("--seconds <s>", "seconds of measuring for each number of threads (2)").argParser(seconds),
    )
    .option("--no-compare", "do not measure processes and the other state of the GIL too")
    .option("--html <file>", "write one page with the curves")
    .option("--json", "print one JSON object")
    .option(
      "--fail-on-cliff",
      "exit with 1 when more threads lose a fifth of the best throughput, or nothing could be judged",
    )
    .option("--baseline <file>", "compare with what --json printed before; exit with 1 when it got worse")
    .addOption(pythonOption())
    .addOption(timeoutOption())
    .addHelpText(
      "after",
      `
Examples:
  $ nogil profile service.py:handle '{"id": 7}'
  $ nogil profile script.py --html profile.html       the whole script, again and again
  $ nogil profile package.stats:mean '[1, 2, 3]' --max-threads 16
  $ nogil profile service.py:handle --json > kept.json
  $ nogil profile service.py:handle --baseline kept.json --fail-on-cliff      in CI`,
    )
    .action(async (target: Target, args: string[], options: ProfileCommandOptions) =>
      end(await run(target, args, options, context)),
    );
}

async function run(
  target: Target,
  args: readonly string[],
  options: ProfileCommandOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const { python, baseline: baselinePath } = options;
  // A file that cannot be compared with is not worth half a minute of measuring.
  const baseline =
    baselinePath === undefined ? undefined : parseBaseline(await readText(baselinePath), baselinePath);
  const interpreter = await chooseInterpreter({ ...(python === undefined ? {} : { python }), signal });
  const freeThreaded =
    interpreter.freeThreadedBuild || !options.compare ? undefined : await findFreeThreaded(signal);
  const bar = terminal.startBar();
  let report: ProfileReport;
  try {
    report = await profile({
      module: target.module,
      ...(target.functionName === undefined ? {} : { functionName: target.functionName }),
      args: args.map(parseArgument),
      ...(options.kwargs === undefined ? {} : { kwargs: options.kwargs }),
      interpreter,
      freeThreaded,
      ...(options.maxThreads === undefined ? {} : { maxThreads: options.maxThreads }),
      ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
      ...(options.timeout === undefined ? {} : { callTimeoutMs: options.timeout }),
      compare: options.compare,
      signal,
      onProgress: (progress) =>
        bar.update(progress.step === "sweep" ? progress.done / progress.total : null, () => words(progress)),
    });
  } finally {
    bar.end();
  }
  if (options.html !== undefined) await writePage(options.html, report, terminal);
  const compared = baseline === undefined ? undefined : compareWithBaseline(report, baseline);
  if (options.json) await terminal.print(JSON.stringify(report, null, 2));
  else {
    for (const line of profileLines(report, terminal.colors)) await terminal.print(line);
    if (report.gilEnabled && !interpreter.freeThreadedBuild && freeThreaded === undefined && options.compare)
      await terminal.print(`\n${howToInstall()}`);
  }
  if (compared !== undefined)
    for (const line of comparedLines(compared, terminal.noteColors)) terminal.note(line);
  return exitCode(report, options, compared);
}

function exitCode(
  report: ProfileReport,
  options: ProfileCommandOptions,
  compared: BaselineComparison | undefined,
): number {
  // What was not judged has not passed.
  const isBad =
    (options.failOnCliff === true && (report.cliff !== null || report.unjudged !== null)) ||
    (compared !== undefined && (compared.worse.length > 0 || report.unjudged !== null));
  return isBad ? ExitCode.FAILED : ExitCode.OK;
}

function words({ step, threads }: ProfileProgress): string {
  if (step === "sweep") return `${threads} thread${threads === 1 ? "" : "s"}`;
  return step === "lines" ? "looking where threads wait" : `comparing with processes, ${threads} of them`;
}

async function findFreeThreaded(signal: AbortSignal): Promise<Interpreter | undefined> {
  const { interpreters } = await findInterpreters({ signal });
  return interpreters.find(({ freeThreadedBuild, gilEnabled }) => freeThreadedBuild && !gilEnabled);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CommandFailed(`${path}: ${fileProblem(error)}`);
  }
}

async function writePage(path: string, report: ProfileReport, terminal: Terminal): Promise<void> {
  try {
    await writeFile(path, drawPage(report));
  } catch (error) {
    throw new CommandFailed(`${path}: ${fileProblem(error)}`);
  }
  terminal.note(`wrote ${path}`);
}

/** `file.py`, `file.py:function`, `package.module:function`. The last colon counts: a Windows path has one of its own. */
function parseTarget(text: string): Target {
  const match = /^(.+):([\p{ID_Start}_][\p{ID_Continue}.]*)$/u.exec(text);
  if (match?.[1] !== undefined) return { module: match[1], functionName: match[2] };
  if (text === "" || text.endsWith(":"))
    throw new InvalidArgumentError(
      "Expected a file such as service.py, or a function in it such as service.py:handle.",
    );
  return { module: text, functionName: undefined };
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0.1 && value <= 600))
    throw new InvalidArgumentError("Expected seconds from 0.1 to 600.");
  return value;
}

/** JSON where it is JSON, else the text itself. */
function parseArgument(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
