/** `from nogil import llm` inside workers: one client, one set of rules, whoever calls. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLLM, hostCalls, type LLM, type LLMOptions } from "../../src/llm/index.js";
import { bothKinds } from "../interpreters.js";
import { failureOf, poolOf } from "../pool/pools.js";
import { WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";

const MODULE = fileURLToPath(new URL("python/asking.py", import.meta.url));

let server: WireServer;
let llm: LLM;
beforeEach(async () => {
  server = await WireServer.start(chatWire, ({ user }) => ({ reply: { text: `re: ${user}`, piece: 2 } }));
});
afterEach(() => server.close());

describe.each(bothKinds())("on $label", ({ python }) => {
  async function open(options: Partial<LLMOptions> = {}) {
    llm = createLLM({
      provider: "openai",
      model: "gpt-4o-mini",
      apiKey: "sk-p",
      baseUrl: server.baseUrl,
      ...options,
    });
    const threads = python.freeThreadedBuild ? { workers: 1, threads: 3 } : { workers: 3 };
    const pool = await poolOf({
      module: MODULE,
      python: python.path,
      ...threads,
      host: { llm: hostCalls(llm) },
    });
    await pool.ready();
    return pool;
  }

  it("an answer, waited for or awaited", async () => {
    const pool = await open();
    expect(await pool.call("summarise", ["hi"])).toEqual({
      text: "re: hi",
      usage: { input: 11, output: 7, cached: 0, reasoning: 0 },
      finish: "stop",
      cost: expect.closeTo(5.85e-6, 9),
    });
    expect(server.seen[0]).toMatchObject({ system: "Be brief.", maxTokens: 9 });
    expect(await pool.call("summarise_async", [["a", "b", "c"]])).toEqual(["re: a", "re: b", "re: c"]);
    expect(await pool.call("from_threads", [4])).toEqual(["re: t0", "re: t1", "re: t2", "re: t3"]);
  });

  it("a stream, piece by piece", async () => {
    const pool = await open();
    expect(await pool.call("pieces", ["hi"])).toEqual([["re", ": ", "hi"], "re: hi", 7]);
    expect(await pool.call("pieces_async", ["hi"])).toEqual([["re", ": ", "hi"], "re: hi"]);
  });

  it("many prompts, in order, those that fail among them", async () => {
    const pool = await open({ retry: { attempts: 1 } });
    server.behave = ({ user }) =>
      user === "p3"
        ? chatWire.error("rejected")
        : { reply: { text: `re: ${user}` }, delay: Math.random() * 10 };
    const prompts = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const expected = prompts.map((prompt) => (prompt === "p3" ? "LLM_REQUEST_REJECTED" : `re: ${prompt}`));
    expect(await pool.call("many", [prompts], { kwargs: { concurrency: 4 } })).toEqual(expected);
    expect(await pool.call("many_async", [["x", "y"]])).toEqual(["re: x", "re: y"]);
  });

  it("a failure is an LLMError with what the host knows", async () => {
    const pool = await open({ retry: { attempts: 1 } });
    server.behave = () => chatWire.error("server");
    expect(await pool.call("failure", ["hi"])).toEqual([
      "LLM_SERVER_ERROR",
      "ServerError",
      true,
      500,
      expect.stringContaining("the provider failed"),
    ]);
  });

  it("a value by a JSON Schema", async () => {
    const pool = await open();
    server.behave = () => ({ reply: { text: '{"stars":4}' } });
    const schema = { type: "object", properties: { stars: { type: "integer" } }, required: ["stars"] };
    expect(await pool.call("value", ["?", schema])).toEqual({ stars: 4 });
  });

  it("rules and budget hold across all threads and workers, and each thread is counted", async () => {
    let inside = 0;
    let most = 0;
    server.behave = async ({ user }) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      return { reply: { text: `re: ${user}`, usage: { input: 10, output: 10 } } };
    };
    const pool = await open({ maxConcurrent: 2, budget: { tokens: 1_000_000 } });
    const texts = Array.from({ length: 30 }, (_, i) => `s${i}`);
    await Promise.all(texts.map((text) => pool.call("summarise", [text])));
    expect(most).toBe(2);
    expect(llm.stats().budget.spentTokens).toBe(600);
    await pool.call("from_threads", [2]);
    const stats = (await pool.call("stats")) as Record<string, { calls: number; outputTokens: number }>;
    const calls = Object.values(stats).reduce((sum, row) => sum + row.calls, 0);
    expect(calls).toBe(32);
    expect(Object.keys(stats).filter((name) => name.endsWith("/asker-0"))).toHaveLength(1);
    const pids = new Set(pool.stats().workers.map(({ pid }) => pid));
    for (const name of Object.keys(stats)) expect(pids).toContain(Number(name.split("/")[0]));
    // Three threads or three processes have asked.
    expect(Object.keys(stats).filter((name) => /\/\d+$/.test(name)).length).toBeGreaterThan(1);
    const poor = await open({ budget: { tokens: 50 } });
    server.behave = () => ({ reply: { text: "x", usage: { input: 30, output: 30 } } });
    const codes = await Promise.all([1, 2, 3, 4].map(() => poor.call("failure", ["hi"])));
    expect(codes.flat()).toContain("LLM_BUDGET_EXCEEDED");
  });

  it("a cancelled task closes the connection to the model", async () => {
    const pool = await open();
    server.behave = () => ({ reply: { text: "slow" }, silent: true });
    const handle = pool.push("summarise", "hi");
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(server.openSockets).toBe(1);
    await handle.cancel();
    expect((await failureOf(handle)).name).toBe("TaskCancelled");
    while (server.openSockets > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // And none is opened in its place.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.openSockets).toBe(0);
    expect(llm.stats().inFlight).toBe(0);
  });
});
