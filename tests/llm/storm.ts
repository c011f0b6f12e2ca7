/**
 * A storm: many callers, a provider that answers, refuses, fails, cuts and dawdles at random, callers who
 * leave. What must hold afterwards is counted here; `storm.test.ts` runs a short one, `storm-full.ts` a long one.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createLLM, LLMError, type LLMOptions } from "../../src/llm/index.js";

export interface StormOptions {
  readonly calls: number;
  readonly concurrency: number;
  /** Share of requests that end badly at the server, all kinds together. */
  readonly trouble: number;
  readonly limits?: LLMOptions["limits"];
  readonly seed: number;
  /** Milliseconds a call may take. @default 30_000 */
  readonly timeout?: number;
}

export interface StormReport {
  readonly calls: number;
  readonly answered: number;
  readonly failed: Readonly<Record<string, number>>;
  /** Answers that were not the caller's own, and settlements that were neither answer nor typed error. */
  readonly wrong: readonly string[];
  readonly aborted: number;
  readonly requestsAtServer: number;
  readonly attempts: number;
  readonly extraAttempts: number;
  /** Most requests that reached the server in any sliding second and minute. */
  readonly peakSecond: number;
  readonly peakMinute: number;
  readonly spent: number;
  readonly sumOfAttempts: number;
  readonly seconds: number;
  readonly heapMegabytes: number;
}

/** A small generator with a seed (mulberry32): a storm can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function storm(options: StormOptions): Promise<StormReport> {
  const server = fork(
    fileURLToPath(new URL("./storm-server.js", import.meta.url)),
    [String(options.trouble)],
    {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [],
    },
  );
  const message = (): Promise<{ port: number; times: number[] }> =>
    new Promise((resolve) =>
      server.once("message", (value) => resolve(value as { port: number; times: number[] })),
    );
  const { port } = await message();
  const llm = createLLM({
    provider: "openai",
    model: "gpt-4o-mini",
    apiKey: `sk-storm-${options.seed}-${port}`,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    maxConcurrent: options.concurrency,
    budget: { usd: 1_000_000, tokens: Number.POSITIVE_INFINITY },
    timeout: { total: options.timeout ?? 30_000, idle: 3_000 },
    retry: { attempts: 3, baseDelay: 10, maxDelay: 200 },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const random = randomFrom(options.seed);
  const started = performance.now();
  const failed: Record<string, number> = {};
  const wrong: string[] = [];
  let answered = 0;
  let aborted = 0;
  let attempts = 0;
  let firsts = 0;
  let nanoUsd = 0;

  const count = (list: readonly { readonly cost: number | undefined; readonly reason: string }[]): void => {
    attempts += list.length;
    for (const attempt of list) {
      nanoUsd += Math.round((attempt.cost ?? 0) * 1e9);
      if (attempt.reason === "first") firsts++;
    }
  };

  const call = async (index: number): Promise<void> => {
    const leaves = random() < 0.05;
    const streamed = random() < 0.3;
    const patience = random() * 30;
    const abort = new AbortController();
    const timer = leaves ? setTimeout(() => abort.abort(), patience) : undefined;
    const question = `question ${index} ${"x".repeat(random() * 200)}`;
    try {
      const callOptions = { signal: abort.signal };
      const answer = streamed
        ? await readAll(llm.stream(question, callOptions), wrong, index)
        : await llm.complete(question, callOptions);
      answered++;
      count(answer.attempts);
      if (answer.text !== `answer to ${question} 🌩`) wrong.push(`${index} got "${answer.text.slice(0, 60)}"`);
    } catch (error) {
      if (!(error instanceof LLMError)) {
        wrong.push(`${index} failed with ${String(error)}`);
        return;
      }
      count(error.attempts);
      if (error.code === "LLM_ABORTED") aborted++;
      if (error.code === "LLM_ABORTED" && !leaves) wrong.push(`${index} was aborted and had not asked`);
      failed[error.code] = (failed[error.code] ?? 0) + 1;
    } finally {
      clearTimeout(timer);
    }
  };

  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < options.calls) await call(next++);
  };
  // Twice as many callers as places: some always wait.
  await Promise.all(Array.from({ length: options.concurrency * 2 }, caller));

  const reply = message();
  server.send("times");
  const { times } = await reply;
  server.disconnect();
  const stats = llm.stats();
  return {
    calls: options.calls,
    answered,
    failed,
    wrong,
    aborted,
    requestsAtServer: times.length,
    attempts,
    extraAttempts: attempts - firsts,
    peakSecond: peak(times, 1_000),
    peakMinute: peak(times, 60_000),
    spent: stats.budget.spentUsd,
    sumOfAttempts: nanoUsd / 1e9,
    seconds: (performance.now() - started) / 1_000,
    heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20,
  };
}

/** Reads a stream to its end; its pieces must be the whole. */
async function readAll(
  stream: ReturnType<ReturnType<typeof createLLM>["stream"]>,
  wrong: string[],
  index: number,
): Promise<Awaited<typeof stream.response>> {
  let text = "";
  for await (const event of stream) if (event.type === "text") text += event.text;
  const answer = await stream.response;
  if (answer.text !== text) wrong.push(`${index}: the pieces are not the whole`);
  return answer;
}

/** Most moments within any window of `span` milliseconds. */
export function peak(times: readonly number[], span: number): number {
  let most = 0;
  let from = 0;
  for (let to = 0; to < times.length; to++) {
    while ((times[to] as number) - (times[from] as number) >= span) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
