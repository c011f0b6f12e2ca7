/** `nogil map`: one call for each line of an input, in parallel, resumable. */
import { type Command, Option } from "commander";
import { allowedCores } from "../interpreter/index.js";
import { createPool } from "../pool/index.js";
import { kwargs } from "../wire/index.js";
import {
  type BatchProgress,
  FileSink,
  fingerprintFor,
  type Input,
  inputAt,
  linesOf,
  MalformedLine,
  ResultFile,
  runBatch,
  type Sink,
  StdoutSink,
} from "./batch/index.js";
import { BatchReport } from "./batch-report.js";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed } from "./failure.js";
import { unlessAborted } from "./interruption.js";
import { profileOption, pythonOption, timeoutOption, wholeNumber } from "./options.js";
import { parseTarget, type Target } from "./target.js";

interface MapOptions {
  readonly output?: string;
  readonly spread?: boolean;
  readonly kwargsLines?: boolean;
  readonly unordered?: boolean;
  readonly concurrency?: number;
  readonly retryFailed?: boolean;
  readonly restart?: boolean;
  readonly python?: string;
  readonly profile: "auto" | "thread" | "process";
  readonly timeout?: number;
}

/** Lines under way: enough for small calls to be sent together, as pool.map has it. */
const LINES_PER_CORE = 4;
const LINES_AT_LEAST = 64;

export function addMap(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("map")
    .summary("one call for each line of a file, in parallel, resumable")
    .description(
      "Call one Python function for each line of a file, in parallel. With -o, a run that was stopped goes on " +
        "where it was when it is started again.",
    )
    .argument("<file.py:function>", "the function, or Class.method", parseTarget)
    .argument("[input.jsonl]", "one JSON value a line; stdin when it is - or missing")
    .option("-o, --output <file>", "append the results to this file, and go on with what it holds")
    .addOption(new Option("--spread", "each line is an array of arguments").conflicts("kwargsLines"))
    .option("--kwargs-lines", "each line is an object of keyword arguments")
    .option("--unordered", "write results as they come; otherwise they end up in the order of the input")
    .addOption(new Option("--concurrency <n>", "lines under way at most").argParser(wholeNumber))
    .option("--retry-failed", "with -o: repeat the lines whose result is an error")
    .addOption(new Option("--restart", "with -o: throw away what the file holds").conflicts("retryFailed"))
    .addOption(pythonOption())
    .addOption(profileOption())
    .addOption(timeoutOption())
    .addHelpText(
      "after",
      `
Examples:
  $ nogil map text.py:count words.jsonl -o counts.jsonl
  $ nogil map text.py:count words.jsonl -o counts.jsonl --retry-failed
  $ seq 10 | nogil map math:factorial
  $ echo '{"width": 64}' | nogil map images.py:thumbnail --kwargs-lines`,
    )
    .action(async (target: Target, path: string | undefined, options: MapOptions) =>
      end(await map(target, path, options, context)),
    );
}

async function map(
  target: Target,
  path: string | undefined,
  options: MapOptions,
  { terminal, signal }: Context,
): Promise<number> {
  if (options.output === undefined && (options.retryFailed || options.restart)) {
    throw new CommandFailed("--retry-failed and --restart need -o: only a file can hold earlier results", 2);
  }
  const input = inputAt(path);
  const report = new BatchReport(terminal);
  const results = openResults(options, input);
  try {
    const fingerprint = fingerprintFor(`${target.functionName} ${callForm(options)}`);
    const sink: Sink =
      results === undefined
        ? new StdoutSink(terminal, !options.unordered)
        : new FileSink(results, input, fingerprint);
    // A changed input is refused before anything is called, where the input can be read twice.
    const isResumed = results !== undefined && results.size > 0;
    const total =
      input.isRepeatable && (isResumed || terminal.isInteractive)
        ? await survey(input, sink, results, signal)
        : undefined;
    if (signal.aborted) return ExitCode.FAILED;
    report.start(total);
    const progress = await callEach(target, input, options, sink, report, { terminal, signal });
    report.end();
    if (signal.aborted) return ExitCode.FAILED;
    if (!options.unordered) results?.sort();
    const failed = results?.failed ?? progress.failed;
    report.summarise(progress, failed);
    return failed > 0 ? ExitCode.FAILED : ExitCode.OK;
  } finally {
    report.end();
    results?.close();
  }
}

function openResults(options: MapOptions, input: Input): ResultFile | undefined {
  const { output, restart = false, retryFailed = false } = options;
  if (output === undefined) return undefined;
  if (output === input.name) throw new CommandFailed(`${output} is the input; name another file with -o`);
  const results = new ResultFile(output, restart);
  if (retryFailed) results.dropFailed();
  return results;
}

/** Counts the lines, and compares them with the results there are. */
async function survey(
  input: Input,
  sink: Sink,
  results: ResultFile | undefined,
  signal: AbortSignal,
): Promise<number> {
  let lines = 0;
  let done = 0;
  for await (const line of linesOf(input, signal)) {
    lines++;
    if (sink.isDone(line)) done++;
  }
  if (results !== undefined && done < results.size && !signal.aborted) {
    throw new CommandFailed(
      `${results.path} holds ${results.size} results, but only ${done} lines of ${input.name} belong to them: the ` +
        "input has changed since. Pass --restart to begin anew, or name another file with -o",
    );
  }
  return lines;
}

async function callEach(
  target: Target,
  input: Input,
  options: MapOptions,
  sink: Sink,
  report: BatchReport,
  { terminal, signal }: Context,
): Promise<BatchProgress> {
  const { python, profile, timeout } = options;
  const starting = createPool({
    module: target.module,
    profile,
    output: (_, line) => terminal.note(line),
    dates: "iso",
    ...(python === undefined ? {} : { python }),
  });
  const pool = await unlessAborted(signal, starting);
  const callOptions = timeout === undefined ? undefined : { timeout };
  try {
    return await runBatch({
      lines: linesOf(input, signal),
      toArguments: argumentsFor(options),
      push: (args) => pool.submit(target.functionName, args, callOptions),
      sink,
      concurrency:
        options.concurrency ?? Math.max(LINES_AT_LEAST, Math.ceil(allowedCores().allowed) * LINES_PER_CORE),
      signal,
      onProgress: (progress) => report.update(progress),
    });
  } finally {
    await pool.close({ force: signal.aborted });
  }
}

/** What becomes of the value of a line; a part of its fingerprint. */
function callForm({ spread, kwargsLines }: MapOptions): string {
  return spread ? "spread" : kwargsLines ? "keywords" : "one";
}

function argumentsFor({ spread, kwargsLines }: MapOptions): (value: unknown) => readonly unknown[] {
  if (spread) {
    return (value) => {
      if (Array.isArray(value)) return value;
      throw new MalformedLine("not an array of arguments, because of --spread");
    };
  }
  if (!kwargsLines) return (value) => [value];
  return (value) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return [kwargs(value as Record<string, unknown>)];
    }
    throw new MalformedLine("not an object of keyword arguments, because of --kwargs-lines");
  };
}
