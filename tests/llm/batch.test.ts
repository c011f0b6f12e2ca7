/** Many prompts in one go: order, memory, kills, caps. */
import { fork } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InvalidOption } from "../../src/errors.js";
import {
  AuthenticationFailed,
  type BatchResult,
  BudgetExceeded,
  createLLM,
  type LLM,
  LLMAborted,
  type LLMOptions,
  LLMTimeout,
} from "../../src/llm/index.js";
import { pause, WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";

let server: WireServer;
let folder: string;
let keys = 0;

beforeEach(async () => {
  server = await WireServer.start(chatWire, (seen) => ({
    delay: Math.random() * 15,
    reply: { text: `re: ${seen.user}` },
  }));
  folder = await mkdtemp(join(tmpdir(), "nogil-llm-"));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function client(options: Partial<LLMOptions> = {}): LLM {
  return createLLM({
    provider: "openai",
    model: "gpt-4o-mini",
    apiKey: `sk-batch-key-${keys++}`,
    baseUrl: server.baseUrl,
    retry: { baseDelay: 1 },
    maxConcurrent: 8,
    ...options,
  });
}

const prompts = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

function texts(results: readonly BatchResult[]): string[] {
  return results.map((result) => (result.ok ? result.response.text : String(result.error)));
}

describe("map", () => {
  it("gives every prompt its own answer, in order", async () => {
    const results: BatchResult[] = [];
    for await (const result of client().map(prompts(60))) results.push(result);
    expect(results.map(({ index }) => index)).toEqual([...results.keys()]);
    expect(texts(results)).toEqual(prompts(60).map((prompt) => `re: ${prompt}`));
  });

  it("gives answers as they come", async () => {
    server.behave = (seen) => ({ delay: seen.user === "p0" ? 150 : 0, reply: { text: seen.user } });
    const order: number[] = [];
    for await (const { index } of client().map(prompts(6), { ordered: false })) order.push(index);
    expect(order).toHaveLength(6);
    expect(order.at(-1)).toBe(0);
  });

  it("reads a source no faster than answers are taken", async () => {
    let pulled = 0;
    async function* source(): AsyncGenerator<string> {
      for (;;) yield `p${pulled++}`;
    }
    let taken = 0;
    for await (const _result of client({ maxConcurrent: 2 }).map(source())) {
      if (++taken === 3) {
        await pause(150);
        break;
      }
    }
    expect(pulled).toBeLessThan(60);
  });

  it("keeps going past inputs that fail", async () => {
    server.behave = (seen) => (seen.user === "p2" ? chatWire.error("rejected") : { reply: { text: "fine" } });
    const results = await client().map(prompts(5)).toArray();
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, true]);
  });

  it("tells its progress", async () => {
    const seen: number[] = [];
    const batch = client().map(prompts(10), { onProgress: ({ done }) => seen.push(done) });
    await batch.toArray();
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batch.progress).toMatchObject({ done: 10, failed: 0, inFlight: 0, total: 10, tokens: 180 });
    expect(batch.progress.spent).toBeGreaterThan(0);
  });

  it("takes names and options of single inputs", async () => {
    const results = await client()
      .map([{ id: "first", prompt: "hi", options: { maxTokens: 5 } }])
      .toArray();
    expect(results[0]).toMatchObject({ id: "first", ok: true });
    expect(server.seen[0]?.maxTokens).toBe(5);
  });

  it("stops for what every input would meet, after handing out what is done", async () => {
    server.behave = (_seen, count) => (count > 3 ? chatWire.error("key") : { reply: { text: "ok" } });
    const results: BatchResult[] = [];
    const read = async (): Promise<void> => {
      for await (const result of client({ maxConcurrent: 1 }).map(prompts(50))) results.push(result);
    };
    await expect(read()).rejects.toBeInstanceOf(AuthenticationFailed);
    expect(results).toHaveLength(3);
    expect(server.seen).toHaveLength(4);
  });

  it("stops at its own cap", async () => {
    const read = client({ maxConcurrent: 1 })
      .map(prompts(50), { budget: { tokens: 60 } })
      .toArray();
    await expect(read).rejects.toBeInstanceOf(BudgetExceeded);
    expect(server.seen).toHaveLength(4);
  });

  it("stops at its deadline and when its caller leaves", async () => {
    server.behave = () => ({ silent: true });
    await expect(client().map(prompts(5), { deadline: 60 }).toArray()).rejects.toBeInstanceOf(LLMTimeout);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 40);
    await expect(client().map(prompts(5), { signal: abort.signal }).toArray()).rejects.toBeInstanceOf(
      LLMAborted,
    );
    expect(server.openSockets).toBeLessThanOrEqual(10);
  });

  it("waits for an open circuit instead of failing its inputs", async () => {
    let down = true;
    server.behave = () => (down ? { status: 500, body: {} } : { reply: { text: "up again" } });
    const llm = client({ retry: { attempts: 1 } });
    for (let count = 0; count < 20; count++) await llm.complete("go").catch(() => {});
    expect(llm.stats().lane.breaker).toBe("open");
    down = false;
    expect(texts(await llm.map(prompts(5)).toArray())).toEqual(Array(5).fill("up again"));
  });

  it("passes on the error of its source", async () => {
    function* source(): Generator<string> {
      yield "one";
      throw new RangeError("no more");
    }
    await expect(client().map(source()).toArray()).rejects.toThrow("no more");
  });
});

describe("a checkpoint", () => {
  it("lets a killed batch go on without asking twice", async () => {
    const file = join(folder, "done.jsonl");
    const child = fork(
      fileURLToPath(new URL("./batch-child.js", import.meta.url)),
      [server.baseUrl, file, "200"],
      {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        execArgv: [],
      },
    );
    const handedOut = new Set<number>();
    child.on("message", (index) => handedOut.add(index as number));
    while (handedOut.size < 40) await pause(2);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const before = server.seen.length;
    const known = (await readFile(file, "utf8")).split("\n").length - 2;
    expect(known).toBeGreaterThanOrEqual(handedOut.size);

    const batch = client().map(prompts(200), { checkpoint: file });
    const results = await batch.toArray();
    expect(texts(results)).toEqual(prompts(200).map((prompt) => `re: ${prompt}`));
    expect(batch.progress.resumed).toBeGreaterThanOrEqual(known - 1);
    expect(server.seen.length - before).toBe(200 - batch.progress.resumed);
    const spentOnce = 200 * (11 * 0.15 + 7 * 0.6) * 1e-6;
    expect(batch.progress.spent).toBeCloseTo(spentOnce, 9);
  });

  it("drops a line that was cut in half", async () => {
    const file = join(folder, "done.jsonl");
    await client().map(prompts(3), { checkpoint: file }).toArray();
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, -20));
    const batch = client().map(prompts(3), { checkpoint: file });
    await batch.toArray();
    expect(batch.progress).toMatchObject({ resumed: 2, done: 3 });
    expect(
      (await readFile(file, "utf8"))
        .trim()
        .split("\n")
        .every((line) => JSON.parse(line) !== null),
    ).toBe(true);
  });

  it("knows an input by its content, also when the order changes or it comes twice", async () => {
    const file = join(folder, "done.jsonl");
    await client().map(["a", "b", "b"], { checkpoint: file }).toArray();
    const batch = client().map(["b", "c", "a", "b"], { checkpoint: file });
    expect(texts(await batch.toArray())).toEqual(["re: b", "re: c", "re: a", "re: b"]);
    expect(batch.progress.resumed).toBe(3);
  });

  it("of another model or of something else is refused", async () => {
    const file = join(folder, "done.jsonl");
    await client().map(prompts(1), { checkpoint: file }).toArray();
    const other = client({ model: "gpt-4o" }).map(prompts(1), { checkpoint: file });
    await expect(other.toArray()).rejects.toThrow(/checkpoint.*gpt-4o/);
    await writeFile(file, "not ours\n");
    await expect(client().map(prompts(1), { checkpoint: file }).toArray()).rejects.toBeInstanceOf(
      InvalidOption,
    );
    expect(await readFile(file, "utf8")).toBe("not ours\n");
  });

  it("counts money of earlier runs against the cap", async () => {
    const file = join(folder, "done.jsonl");
    await client().map(prompts(3), { checkpoint: file }).toArray();
    const more = client({ maxConcurrent: 1 }).map(prompts(9), { checkpoint: file, budget: { tokens: 60 } });
    await expect(more.toArray()).rejects.toBeInstanceOf(BudgetExceeded);
    expect(server.seen).toHaveLength(4);
  });
});
