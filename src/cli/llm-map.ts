/** `nogil llm map`: answers to the prompts of a file, resumable. */
import { createReadStream, existsSync, rmSync, statSync } from "node:fs";
import { type Command, Option } from "commander";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed, fileProblem } from "./failure.js";
import {
  baseUrlOption,
  budgetOption,
  maxTokensOption,
  systemOption,
  temperatureOption,
} from "./llm-options.js";
import { LlmReport } from "./llm-report.js";
import { timeoutOption, wholeNumber } from "./options.js";

interface MapOptions {
  readonly output: string;
  readonly system?: string;
  readonly baseUrl?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly budget?: number;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly restart?: boolean;
}

/** What an earlier run left beside the output. */
const CHECKPOINT = ".checkpoint";
const NEWLINE = 0x0a;

export function addLlmMap(llm: Command, context: Context, end: (exitCode: number) => void): void {
  llm
    .command("map")
    .summary("answers to the prompts of a file, resumable")
    .description(
      "Answer each line of a file: a text, a list of messages, or an object with prompt or messages, an id and " +
        "options of its own. A run that was stopped goes on where it was when it is started again; prompts that " +
        "failed are asked again.",
    )
    .argument("<model>", "provider and model, such as openai/gpt-4o-mini")
    .argument("<prompts.jsonl>", "one JSON value a line")
    .requiredOption("-o, --output <file>", "where the answers go, in the order of the prompts")
    .addOption(systemOption())
    .addOption(baseUrlOption())
    .addOption(maxTokensOption())
    .addOption(temperatureOption())
    .addOption(budgetOption())
    .addOption(timeoutOption())
    .addOption(
      new Option("--concurrency <n>", "calls in flight at most (64 without it)").argParser(wholeNumber),
    )
    .addOption(new Option("--rpm <n>", "requests a minute the account may send").argParser(wholeNumber))
    .addOption(new Option("--tpm <n>", "tokens a minute the account may use").argParser(wholeNumber))
    .option("--restart", "throw away what an earlier run has answered")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil llm map openai/gpt-4o-mini prompts.jsonl -o answers.jsonl
  $ nogil llm map groq/llama-3.1-8b-instant prompts.jsonl -o answers.jsonl --rpm 30 --budget 0.50`,
    )
    .action(async (model: string, path: string, options: MapOptions) =>
      end(await map(model, path, options, context)),
    );
}

async function map(
  model: string,
  input: string,
  options: MapOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const { output, restart = false, baseUrl, budget, concurrency, rpm, tpm, ...call } = options;
  // Loaded here, so that commands without a model start without its HTTP client.
  const { createLLM, runBatchFile } = await import("../llm/index.js");
  const usd = budget === undefined ? {} : { budget: { usd: budget } };
  const llm = createLLM(model, {
    ...usd,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(concurrency === undefined ? {} : { maxConcurrent: concurrency }),
    limits: { rpm, tpm },
  });
  const total = await checkFiles(input, output, restart, terminal.isInteractive);
  const report = new LlmReport(terminal, total);
  try {
    const progress = await runBatchFile(llm, {
      ...call,
      ...usd,
      input,
      output,
      checkpoint: output + CHECKPOINT,
      signal,
      onProgress: (state) => report.update(state),
    });
    report.summarise(progress);
    return progress.failed > 0 ? ExitCode.FAILED : ExitCode.OK;
  } catch (error) {
    report.summariseLast();
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? error
      : new CommandFailed(`cannot read ${input} or write ${output}: ${fileProblem(error)}`);
  } finally {
    report.end();
    await llm.close();
  }
}

/** Refuses what would lose something; counts the prompts where somebody watches. */
async function checkFiles(
  input: string,
  output: string,
  restart: boolean,
  isWatched: boolean,
): Promise<number | undefined> {
  if (input === output) throw new CommandFailed(`${output} is the input; name another file with -o`);
  const prompts = await countLines(input, isWatched);
  const checkpoint = output + CHECKPOINT;
  if (restart) rmSync(checkpoint, { force: true });
  else if (existsSync(output) && !existsSync(checkpoint) && statSync(output).size > 0) {
    throw new CommandFailed(
      `${output} is there and ${checkpoint} is not, so it is not of an earlier run. Pass --restart to overwrite ` +
        "it, or name another file with -o",
    );
  }
  return prompts;
}

/** Undefined where it cannot be read twice, or nobody watches. */
async function countLines(path: string, isWatched: boolean): Promise<number | undefined> {
  try {
    const stats = statSync(path);
    if (!stats.isDirectory() && !(isWatched && stats.isFile())) return undefined;
    let lines = 0;
    let last = NEWLINE;
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      for (const byte of chunk) {
        if (last === NEWLINE && byte !== NEWLINE) lines++;
        last = byte;
      }
    }
    return lines;
  } catch (error) {
    throw new CommandFailed(`cannot read ${path}: ${fileProblem(error)}`);
  }
}
