/**
 * A batch from file to file: JSON lines in, JSON lines out, resumable. What `nogil llm map` does, without
 * the terminal.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { InvalidOption } from "../errors.js";
import type { BatchItem, BatchOptions, BatchProgress } from "./batch.js";
import type { LLM } from "./client.js";
import { LLMError } from "./errors.js";
import type { Prompt } from "./messages.js";

export interface BatchFileOptions extends Omit<BatchOptions, "ordered"> {
  /** File of JSON lines: a text, a list of messages, or `{ id?, prompt | messages, … }` with call options. */
  readonly input: string;
  /** Written anew from the checkpoint on every run, so it is whole and in order at the end. */
  readonly output: string;
  /** @default `output` with `.checkpoint` at its end */
  readonly checkpoint?: string;
}

/** Runs the batch; `progress` is its state at the end. */
export async function runBatchFile(llm: LLM, options: BatchFileOptions): Promise<BatchProgress> {
  const { input, output, checkpoint = `${output}.checkpoint`, ...rest } = options;
  // Opened first: a batch that cannot be written must not be paid for.
  const file = await open(output, "w");
  const batch = llm.map(linesOf(input), { ...rest, checkpoint, ordered: true });
  try {
    for await (const result of batch) {
      const line = result.ok
        ? {
            id: result.id,
            text: result.response.text,
            usage: result.response.usage,
            cost: result.response.cost ?? null,
            model: result.response.model,
            finishReason: result.response.finishReason,
          }
        : { id: result.id, error: errorLine(result.error) };
      await file.appendFile(`${JSON.stringify(line)}\n`);
    }
  } finally {
    await file.close();
  }
  return batch.progress;
}

async function* linesOf(path: string): AsyncGenerator<BatchItem> {
  const stream = createReadStream(path, "utf8");
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() !== "") yield itemOf(line, `${path}:${number}`);
    }
  } finally {
    stream.destroy();
  }
}

function itemOf(line: string, place: string): BatchItem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InvalidOption("input", line, `one JSON value a line; ${place}: ${(error as Error).message}`);
  }
  if (typeof value === "string" || Array.isArray(value)) return value as Prompt;
  if (typeof value !== "object" || value === null) {
    throw new InvalidOption("input", value, `a text, messages or an object with "prompt" (${place})`);
  }
  const { id, prompt, messages, ...options } = value as Record<string, unknown>;
  const content = (prompt ?? messages) as Prompt | undefined;
  if (content === undefined)
    throw new InvalidOption("input", value, `an object with "prompt" or "messages" (${place})`);
  return { prompt: content, options, ...(id === undefined ? {} : { id: String(id) }) };
}

function errorLine(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "ERROR",
    message: String(message),
    retryable: error instanceof LLMError && error.retryable,
  };
}
