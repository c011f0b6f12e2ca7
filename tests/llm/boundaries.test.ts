/** The doors to other worlds: the AI SDK, values for Python, files, models in this process. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { InvalidOption } from "../../src/errors.js";
import { type LlamaModule, LocalEngine } from "../../src/llm/engines/index.js";
import {
  createLLM,
  fromAiSdk,
  hostCalls,
  type LLM,
  LLMAborted,
  PeerMissing,
  type PlainStreamEvent,
  runBatchFile,
  toAiSdk,
} from "../../src/llm/index.js";
import { pause, WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";

let server: WireServer;
let llm: LLM;
let folder: string;

beforeEach(async () => {
  server = await WireServer.start(chatWire, (seen) => ({ reply: { text: `re: ${seen.user}` } }));
  llm = createLLM({ provider: "openai", model: "gpt-4o-mini", apiKey: "sk-b", baseUrl: server.baseUrl });
  folder = await mkdtemp(join(tmpdir(), "nogil-llm-"));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe("the AI SDK", () => {
  it("sees a client as a model, and a client takes such a model", async () => {
    const outer = createLLM({ provider: fromAiSdk(toAiSdk(llm)) });
    const answer = await outer.complete([
      { role: "system", content: "be brief" },
      { role: "user", content: "hi" },
    ]);
    expect(answer).toMatchObject({
      text: "re: hi",
      provider: "nogil",
      model: "gpt-4o-mini",
      usage: { input: 11, output: 7 },
    });
    expect(server.seen[0]).toMatchObject({ system: "be brief", user: "hi" });
    let text = "";
    for await (const part of outer.stream("ho").text) text += part;
    expect(text).toBe("re: ho");
  });

  it("passes tools, pictures and schemas through", async () => {
    const outer = createLLM({ provider: fromAiSdk(toAiSdk(llm)) });
    server.behave = (seen) =>
      seen.toolResults.length === 0
        ? { reply: { toolCalls: [{ id: "1", name: "add", args: { a: 1, b: 2 } }] } }
        : { reply: { text: JSON.stringify({ sum: Number(seen.toolResults[0]?.content) }) } };
    const add = {
      name: "add",
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }: { a: number; b: number }) => a + b,
    };
    const image = { type: "image" as const, data: Uint8Array.of(1, 2), mediaType: "image/png" };
    const answer = await outer.complete([{ role: "user", content: [{ type: "text", text: "?" }, image] }], {
      tools: add,
      schema: z.object({ sum: z.number() }),
    });
    expect(answer.value).toEqual({ sum: 3 });
    expect(server.seen[0]?.images).toEqual([{ mediaType: "image/png", base64: "AQI=" }]);
  });

  it("hands errors and aborts through", async () => {
    server.behave = () => chatWire.error("key");
    const outer = createLLM({ provider: fromAiSdk(toAiSdk(llm)), retry: { attempts: 1 } });
    await expect(outer.complete("go")).rejects.toMatchObject({ code: "LLM_AUTHENTICATION" });
    await expect(outer.stream("go").response).rejects.toMatchObject({ code: "LLM_AUTHENTICATION" });
    server.behave = () => ({ silent: true });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 40);
    await expect(outer.complete("go", { signal: abort.signal })).rejects.toBeInstanceOf(LLMAborted);
    while (server.closedSockets.length === 0) await pause(2);
  });

  it("of another version is refused", () => {
    const old = { ...toAiSdk(llm), specificationVersion: "v1" };
    expect(() => fromAiSdk(old)).toThrow(/specification "v3"/);
  });
});

describe("plain values", () => {
  it("carry answers, errors and numbers of every caller", async () => {
    const host = hostCalls(llm);
    const first = await host.complete("one", { caller: "worker 1 thread 2", maxTokens: 9 });
    expect(first).toMatchObject({ ok: true, response: { text: "re: one" } });
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const events: PlainStreamEvent[] = [];
    for await (const event of host.stream("two", { caller: "worker 1 thread 2" })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: "end", result: { ok: true, response: { text: "re: two" } } });
    const all: boolean[] = [];
    for await (const result of host.map(["a", "b", "c"])) all.push(result.ok);
    expect(all).toEqual([true, true, true]);
    server.behave = () => chatWire.error("rejected");
    const failed = await host.complete("four");
    expect(failed).toMatchObject({
      ok: false,
      error: {
        code: "LLM_REQUEST_REJECTED",
        type: "RequestRejected",
        retryable: false,
        status: 400,
        spent: 0,
      },
    });
    expect(host.stats()).toMatchObject({
      "worker 1 thread 2": { calls: 2, failed: 0, inputTokens: 22, outputTokens: 14 },
      main: { calls: 4, failed: 1 },
    });
    const spent = Object.values(host.stats()).reduce((sum, stats) => sum + stats.spent, 0);
    expect(spent).toBeCloseTo(llm.stats().budget.spentUsd, 9);
  });

  it("do not take what cannot travel", async () => {
    const host = hostCalls(llm);
    expect(() => host.complete("x", { signal: "now" } as never)).toThrow(InvalidOption);
    await expect(host.stream("x", { tools: [] } as never).next()).rejects.toBeInstanceOf(InvalidOption);
  });
});

describe("files", () => {
  it("become files, and a second run asks nothing again", async () => {
    const input = join(folder, "in.jsonl");
    const output = join(folder, "out.jsonl");
    const lines = [
      '"one"',
      '{"id":"second","prompt":"two","maxTokens":3}',
      "",
      '[{"role":"user","content":"three"}]',
    ];
    await writeFile(input, lines.join("\n"));
    const progress = await runBatchFile(llm, { input, output });
    expect(progress).toMatchObject({ done: 3, failed: 0, resumed: 0 });
    const read = async (): Promise<{ id: string; text: string }[]> =>
      (await readFile(output, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { id: string; text: string });
    expect((await read()).map(({ id, text }) => [id, text])).toEqual([
      ["0", "re: one"],
      ["second", "re: two"],
      ["2", "re: three"],
    ]);
    expect(server.seen.find((seen) => seen.user === "two")?.maxTokens).toBe(3);
    expect(await runBatchFile(llm, { input, output })).toMatchObject({ done: 3, resumed: 3 });
    expect(server.seen).toHaveLength(3);
    expect(await read()).toHaveLength(3);
  });

  it("with a bad line say which", async () => {
    const input = join(folder, "in.jsonl");
    await writeFile(input, '"fine"\n{"prompt": \n');
    await expect(runBatchFile(llm, { input, output: join(folder, "out.jsonl") })).rejects.toThrow(
      /in\.jsonl:2/,
    );
  });
});

describe("a model in this process", () => {
  /** Stands for node-llama-cpp: writes one word after the other. */
  function fakeLlama(words: readonly string[]): { module: LlamaModule; prompts: unknown[] } {
    const prompts: unknown[] = [];
    class LlamaChatSession {
      setChatHistory(history: unknown): void {
        prompts.push(history);
      }
      async promptWithMeta(
        text: string,
        options: { signal: AbortSignal; onTextChunk: (text: string) => void },
      ): Promise<{ responseText: string; stopReason: string }> {
        prompts.push(text);
        for (const word of words) {
          await pause(5);
          options.signal.throwIfAborted();
          options.onTextChunk(word);
        }
        return { responseText: words.join(""), stopReason: "eogToken" };
      }
      dispose(): void {}
    }
    let used = 0;
    const module: LlamaModule = {
      LlamaChatSession,
      getLlama: async () => ({
        createGrammarForJsonSchema: async (schema) => schema,
        loadModel: async () => ({
          dispose: async () => {},
          createContext: async () => ({
            dispose: async () => {},
            getSequence: () => ({
              dispose: () => {},
              tokenMeter: { getState: () => ({ usedInputTokens: used++ * 4, usedOutputTokens: used }) },
            }),
          }),
        }),
      }),
    };
    return { module, prompts };
  }

  it("answers and streams like any other, free of charge", async () => {
    const path = join(folder, "tiny.gguf");
    await writeFile(path, "GGUF");
    const { module, prompts } = fakeLlama(["Hello", " there"]);
    const local = createLLM({ provider: new LocalEngine(path, async () => module), model: path });
    const answer = await local.complete([
      { role: "system", content: "short" },
      { role: "user", content: "hi" },
    ]);
    expect(answer).toMatchObject({
      text: "Hello there",
      provider: "local",
      cost: 0,
      usage: { input: 4, output: 1 },
    });
    expect(prompts).toEqual([[{ type: "system", text: "short" }], "hi"]);
    const pieces: string[] = [];
    for await (const piece of local.stream("again").text) pieces.push(piece);
    expect(pieces).toEqual(["Hello", " there"]);
    await local.close();
  });

  it("can be stopped", async () => {
    const path = join(folder, "tiny.gguf");
    await writeFile(path, "GGUF");
    const { module } = fakeLlama(Array(1_000).fill("x"));
    const local = createLLM({ provider: new LocalEngine(path, async () => module), model: path });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 40);
    await expect(local.complete("hi", { signal: abort.signal })).rejects.toBeInstanceOf(LLMAborted);
  });

  it("says what is missing: the file, the package", async () => {
    const path = join(folder, "none.gguf");
    await expect(createLLM(`local/${path}`).complete("hi")).rejects.toThrow(/none\.gguf/);
    await writeFile(path, "GGUF");
    const load = async (): Promise<LlamaModule> => {
      throw new PeerMissing("node-llama-cpp", "a GGUF model in this process");
    };
    const local = createLLM({ provider: new LocalEngine(path, load), model: path });
    await expect(local.complete("hi")).rejects.toThrow(/npm install node-llama-cpp/);
  });

  it("behind an address is a llama.cpp server", async () => {
    const local = createLLM({ provider: "local", model: "any", baseUrl: server.baseUrl });
    expect(await local.complete("hi")).toMatchObject({ text: "re: hi", provider: "local", cost: 0 });
  });
});

describe("embeddings", () => {
  it("come in the order of their texts, in parts the provider takes", async () => {
    const { createServer } = await import("node:http");
    let requests = 0;
    const embedder = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => {
        text += part;
      });
      request.on("end", () => {
        requests++;
        const { input } = JSON.parse(text) as { input: string[] };
        const data = input.map((item, index) => ({ index, embedding: [Number(item), 1] })).reverse();
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ data, usage: { prompt_tokens: input.length } }));
      });
    });
    await new Promise<void>((resolve) => embedder.listen(0, "127.0.0.1", resolve));
    const { port } = embedder.address() as { port: number };
    const client = createLLM("openai/text-embedding-3-small", {
      apiKey: "sk-e",
      baseUrl: `http://127.0.0.1:${port}`,
    });
    const texts = Array.from({ length: 200 }, (_, index) => String(index));
    const { vectors, usage, cost, attempts } = await client.embed(texts);
    expect(vectors.map(([first]) => first)).toEqual(texts.map(Number));
    expect(usage).toMatchObject({ input: 200, output: 0 });
    expect(cost).toBeCloseTo(200 * 0.02e-6, 12);
    expect(requests).toBe(3);
    expect(attempts).toHaveLength(3);
    embedder.closeAllConnections();
    embedder.close();
  });

  it("without texts are a mistake", async () => {
    await expect(llm.embed([])).rejects.toBeInstanceOf(InvalidOption);
  });
});
