/** `nogil llm`: one answer of a language model, written as it comes. */
import { type Command, Option } from "commander";
import type { CallOptions, Completion, LLM } from "../llm/index.js";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed } from "./failure.js";
import { addLlmMap } from "./llm-map.js";
import {
  baseUrlOption,
  budgetOption,
  maxTokensOption,
  systemOption,
  temperatureOption,
} from "./llm-options.js";
import { timeoutOption } from "./options.js";
import { dollars, duration, plural, rate, type Terminal } from "./terminal/index.js";

interface AnswerOptions {
  readonly system?: string;
  readonly json?: boolean;
  readonly baseUrl?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly budget?: number;
  readonly timeout?: number;
}

export function addLlm(program: Command, context: Context, end: (exitCode: number) => void): void {
  const command = program
    .command("llm")
    .summary("one answer of a language model, or a batch of them")
    .description(
      "Ask a language model and print its answer as it is written; what it used and cost goes to stderr. The key " +
        "comes from the provider's usual environment variable.",
    )
    // The same options of the subcommand are its own.
    .enablePositionalOptions()
    .argument("<model>", "provider and model, such as openai/gpt-4o-mini")
    .argument("[prompt]", "the text; stdin when it is - or missing")
    .addOption(systemOption())
    .addOption(new Option("--json", "print the whole answer as one JSON object"))
    .addOption(baseUrlOption())
    .addOption(maxTokensOption())
    .addOption(temperatureOption())
    .addOption(budgetOption())
    .addOption(timeoutOption())
    .addHelpText(
      "after",
      `
Examples:
  $ nogil llm openai/gpt-4o-mini "Why is the sky blue?"
  $ git diff | nogil llm anthropic/claude-sonnet-4 - --system "Write a commit message."
  $ nogil llm llamacpp/any "Hello" --base-url http://127.0.0.1:8080/v1
  $ nogil llm map openai/gpt-4o-mini prompts.jsonl -o answers.jsonl`,
    )
    .action(async (model: string, prompt: string | undefined, options: AnswerOptions) =>
      end(await answer(model, prompt, options, context)),
    );
  addLlmMap(command, context, end);
}

async function answer(
  model: string,
  prompt: string | undefined,
  options: AnswerOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const { json, baseUrl, budget, ...call } = options;
  // Loaded here, so that commands without a model start without its HTTP client.
  const { createLLM } = await import("../llm/index.js");
  const llm = createLLM(model, {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(budget === undefined ? {} : { budget: { usd: budget } }),
  });
  const text = prompt === undefined || prompt === "-" ? await readStdin(signal) : prompt;
  if (text.trim() === "") throw new CommandFailed("the prompt is empty", ExitCode.WRONG_USAGE);
  try {
    const completion = await (json ? print : write)(llm, text, { ...call, signal }, terminal);
    terminal.note(terminal.noteColors.dim(summary(completion)));
    return ExitCode.OK;
  } finally {
    await llm.close();
  }
}

/** The text as it comes. */
async function write(
  llm: LLM,
  prompt: string,
  options: CallOptions,
  terminal: Terminal,
): Promise<Completion> {
  const stream = llm.stream(prompt, options);
  let last = "\n";
  try {
    for await (const piece of stream.text) {
      if (piece === "") continue;
      last = piece;
      await terminal.write(piece);
    }
  } finally {
    if (!last.endsWith("\n")) await terminal.write("\n");
  }
  return await stream.response;
}

async function print(
  llm: LLM,
  prompt: string,
  options: CallOptions,
  terminal: Terminal,
): Promise<Completion> {
  const completion = await llm.complete(prompt, options);
  const { text, reasoning, finishReason, usage, cost, model, provider, id, timings, attempts } = completion;
  await terminal.print(
    JSON.stringify({
      text,
      reasoning,
      finishReason,
      usage,
      cost: cost ?? null,
      provider,
      model,
      id,
      timings,
      attempts,
    }),
  );
  return completion;
}

function summary({ usage, cost, timings, attempts, finishReason }: Completion): string {
  const parts = [
    `${plural(usage.input, "token")} in, ${plural(usage.output, "token")} out`,
    cost === undefined ? "price not known" : dollars(cost),
    `${duration(timings.total)}, ${rate((usage.output / timings.total) * 1_000, "tokens")}`,
  ];
  if (attempts.length > 1) parts.push(`${attempts.length} attempts`);
  if (finishReason === "length") parts.push("cut at the most tokens it may write");
  return parts.join("; ");
}

async function readStdin(signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  const stop = () => process.stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
