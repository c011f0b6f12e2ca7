/** What holds for every call: time, money, order, other providers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BudgetExceeded,
  CircuitOpen,
  ConnectionFailed,
  createLLM,
  type LLM,
  LLMAborted,
  LLMError,
  type LLMOptions,
  LLMTimeout,
  RateLimited,
  ServerError,
  StreamCut,
} from "../../src/llm/index.js";
import { pause, WireServer } from "./wire-server.js";
import { anthropicWire } from "./wires/anthropic.js";
import { chatWire } from "./wires/chat.js";

let server: WireServer;
let keys = 0;

beforeEach(async () => {
  server = await WireServer.start(chatWire, undefined, "/v1");
});
afterEach(() => server.close());

/** A client with a key of its own, so that no test shares limits with another. */
function client(options: Partial<LLMOptions> = {}): LLM {
  return createLLM({
    provider: "openai",
    model: "gpt-4o-mini",
    apiKey: `sk-test-key-${keys++}`,
    baseUrl: server.baseUrl,
    retry: { baseDelay: 1, maxDelay: 5 },
    ...options,
  });
}

async function failure(call: Promise<unknown>): Promise<LLMError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof LLMError) return error;
    throw error;
  }
  throw new Error("expected an error");
}

describe("time", () => {
  it("ends a call that is never answered", async () => {
    server.behave = () => ({ silent: true });
    const error = await failure(client({ timeout: 60 }).complete("go"));
    expect(error).toBeInstanceOf(LLMTimeout);
    expect(error).toMatchObject({ kind: "total", timeout: 60, retryable: true });
    expect(error.attempts).toHaveLength(1);
    expect(error.attempts[0]).toMatchObject({ estimated: true });
    expect(error.spent).toBeGreaterThan(0);
  });

  it("ends a stream that stands still", async () => {
    server.behave = () => ({ reply: { text: "one two three" }, stallAfter: 4 });
    const error = await failure(client({ timeout: { idle: 80 } }).stream("go").response);
    expect(error).toMatchObject({ kind: "idle", retryable: true });
    expect(error.partialText).toMatch(/^one/);
  });

  it("is not spent on a connection that cannot be made", async () => {
    const llm = client({ retry: { attempts: 2, baseDelay: 1 } });
    await server.close();
    const error = await failure(llm.complete("go"));
    expect(error).toBeInstanceOf(ConnectionFailed);
    expect(error.attempts).toHaveLength(2);
    expect(error.spent).toBe(0);
    server = await WireServer.start(chatWire);
  });
});

describe("a caller who leaves", () => {
  it.each(["complete", "stream"] as const)("closes the socket of %s at once", async (how) => {
    server.behave = () => ({
      reply: { text: "x".repeat(3_000) },
      ...(how === "stream" ? { pace: 5 } : { silent: true }),
    });
    const abort = new AbortController();
    const llm = client();
    const call =
      how === "complete"
        ? llm.complete("go", { signal: abort.signal })
        : llm.stream("go", { signal: abort.signal }).response;
    const settled = failure(call);
    while (server.seen.length === 0) await pause(1);
    await pause(20);
    const left = performance.now();
    abort.abort(new Error("enough"));
    const error = await settled;
    while (server.closedSockets.length === 0) await pause(1);
    expect(error).toBeInstanceOf(LLMAborted);
    expect(error.cause).toMatchObject({ message: "enough" });
    expect(error.attempts[0]).toMatchObject({ outcome: "LLM_ABORTED", estimated: true });
    expect(error.spent).toBeGreaterThan(0);
    expect(llm.stats().budget.spentUsd).toBeCloseTo(error.spent, 9);
    // Far below the time the answer would have taken.
    expect((server.closedSockets[0] ?? 0) - left).toBeLessThan(1_000);
  });

  it("is not sent when the signal is aborted before", async () => {
    const error = await failure(client().complete("go", { signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(LLMAborted);
    expect(error.attempts).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it("frees its place in the queue", async () => {
    server.behave = (_seen, count) =>
      count === 1 ? { delay: 50, reply: { text: "a" } } : { reply: { text: "b" } };
    const llm = client({ maxConcurrent: 1 });
    const abort = new AbortController();
    const first = llm.complete("1");
    const second = failure(llm.complete("2", { signal: abort.signal }));
    const third = llm.complete("3");
    abort.abort();
    expect(await second).toBeInstanceOf(LLMAborted);
    expect([(await first).text, (await third).text]).toEqual(["a", "b"]);
    expect(llm.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("by breaking out of a stream stops it", async () => {
    server.behave = () => ({ reply: { text: "x".repeat(3_000) }, pace: 2 });
    const llm = client();
    for await (const event of llm.stream("go")) {
      expect(event.type).toBe("text");
      break;
    }
    while (server.closedSockets.length === 0) await pause(1);
    while (llm.stats().inFlight > 0) await pause(1);
    expect(llm.stats()).toMatchObject({ inFlight: 0, failed: 1 });
  });
});

describe("retries", () => {
  it("hide short trouble and show in the attempts", async () => {
    server.behave = (_seen, count) =>
      count < 3 ? { status: 503, body: { error: { message: "busy" } } } : { reply: { text: "at last" } };
    const answer = await client().complete("go");
    expect(answer.text).toBe("at last");
    expect(answer.attempts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["LLM_SERVER_ERROR", "first"],
      ["LLM_SERVER_ERROR", "retry"],
      ["ok", "retry"],
    ]);
  });

  it("survive a connection the server closed while it was idle", async () => {
    const llm = client();
    await llm.complete("1");
    server.dropSockets();
    expect((await llm.complete("2")).text).toBe("ok");
  });

  it("never repeat what the caller has already read", async () => {
    server.behave = () => ({ reply: { text: "one two three" }, cut: 4 });
    const stream = client().stream("go");
    const error = await failure(stream.response);
    expect(error).toBeInstanceOf(StreamCut);
    expect(server.seen).toHaveLength(1);
  });

  it("repeat a stream that failed before its first word", async () => {
    server.behave = (_seen, count) => ({ reply: { text: "all of it" }, ...(count === 1 ? { cut: 1 } : {}) });
    expect((await client().stream("go").response).text).toBe("all of it");
  });

  it("stop at a tenth of all calls", async () => {
    server.behave = (_seen, count) =>
      count % 3 === 0 ? { status: 500, body: { error: { message: "no" } } } : { reply: { text: "yes" } };
    const llm = client({ maxConcurrent: 4, retry: { attempts: 10, baseDelay: 0 } });
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => llm.complete("go")));
    const { lane } = llm.stats();
    expect(lane.extra).toBeLessThanOrEqual(31);
    expect(server.seen.length).toBe(200 + lane.extra);
    expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  });
});

describe("callers of the same model and key", () => {
  it("share its limits, also through two clients", async () => {
    const apiKey = "sk-shared-key-1";
    const limits = { rpm: 5 };
    const one = client({ apiKey, limits });
    const two = client({ apiKey, timeout: 150 });
    await Promise.all([1, 2, 3, 4, 5].map(() => one.complete("go")));
    expect(await failure(two.complete("go"))).toBeInstanceOf(LLMTimeout);
    expect(server.seen).toHaveLength(5);
  });

  it("all wait when one is told to", async () => {
    server.behave = (_seen, count) =>
      count === 1
        ? { status: 429, headers: { "retry-after-ms": "120" }, body: { error: { message: "slow down" } } }
        : { reply: { text: "ok" } };
    const llm = client();
    const first = llm.complete("1");
    while (llm.stats().lane.refused === 0) await pause(1);
    const told = performance.now();
    await Promise.all([first, llm.complete("2"), llm.complete("3")]);
    for (const time of server.times.slice(1)) expect(time - told).toBeGreaterThan(90);
    expect(llm.stats().lane.concurrencyLimit).toBeLessThan(10);
  });

  it("are failed fast while the circuit is open", async () => {
    server.behave = () => ({ status: 500, body: { error: { message: "down" } } });
    const llm = client({ retry: { attempts: 1 } });
    for (let count = 0; count < 20; count++) await failure(llm.complete("go"));
    const error = await failure(llm.complete("go"));
    expect(error).toBeInstanceOf(CircuitOpen);
    expect(error.retryAfter).toBeGreaterThan(0);
    expect(server.seen).toHaveLength(20);
  });
});

describe("a fallback", () => {
  it("answers when the first model cannot", async () => {
    const other = await WireServer.start(anthropicWire, () => ({ reply: { text: "from the other" } }));
    server.behave = () => ({ status: 500, body: { error: { message: "down" } } });
    const fallback = [
      { provider: "anthropic", model: "claude-3-5-haiku-latest", apiKey: "sk-ant-x", baseUrl: other.baseUrl },
    ];
    const llm = client({ fallback, retry: { attempts: 2, baseDelay: 1 } });
    const answer = await llm.complete("go");
    expect(answer).toMatchObject({ text: "from the other", provider: "anthropic" });
    expect(answer.attempts.map(({ provider, reason }) => [provider, reason])).toEqual([
      ["openai", "first"],
      ["openai", "retry"],
      ["anthropic", "fallback"],
    ]);
    expect(other.seen[0]?.model).toBe("claude-3-5-haiku-latest");
    await other.close();
  });

  it("is not asked when the request itself is wrong", async () => {
    server.behave = () => chatWire.error("rejected");
    const llm = client({ fallback: [{ provider: "ollama", model: "m", baseUrl: "http://127.0.0.1:9" }] });
    expect((await failure(llm.complete("go"))).provider).toBe("openai");
  });
});

describe("hedging", () => {
  it("takes the first of two answers and counts both", async () => {
    server.behave = (_seen, count) => ({
      delay: count === 1 ? 2_000 : 0,
      reply: { text: `answer ${count}` },
    });
    const llm = client({ hedge: { after: 30 } });
    const answer = await llm.complete("go");
    expect(answer.text).toBe("answer 2");
    expect(answer.attempts.map(({ reason, outcome }) => [reason, outcome]).sort()).toEqual([
      ["first", "LLM_ABORTED"],
      ["hedge", "ok"],
    ]);
    expect(answer.cost).toBeCloseTo(llm.stats().budget.spentUsd, 9);
  });

  it("sends nothing more when the first answer is quick", async () => {
    const llm = client({ hedge: { after: 5_000 } });
    expect((await llm.complete("go")).attempts).toHaveLength(1);
  });
});

describe("money", () => {
  it("of zero sends nothing and says so", async () => {
    for (const budget of [{ usd: 0 }, { tokens: 0 }]) {
      const error = await failure(client({ budget }).complete("go"));
      expect(error).toBeInstanceOf(BudgetExceeded);
      expect(error.message).toContain("$0.000000 and 0 tokens are spent");
    }
    expect(server.seen).toEqual([]);
  });

  it("stops at the cap, and says what was spent", async () => {
    server.behave = () => ({ reply: { text: "x", usage: { input: 5, output: 1_000 } } });
    const llm = client({ budget: { usd: 0.003 } });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => llm.complete("go", { maxTokens: 1_000 })),
    );
    const errors = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason as unknown] : [],
    );
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(BudgetExceeded);
    const { spentUsd } = llm.stats().budget;
    expect(spentUsd).toBeLessThanOrEqual(0.003);
    expect(String(errors[0])).toContain("raise budget");
  });

  it("uses the prices a user gives", async () => {
    const llm = client({ model: "my-own", prices: { "openai/my-own": { input: 1, output: 2 } } });
    expect((await llm.complete("go")).cost).toBeCloseTo((11 + 14) / 1e6, 12);
    const unknown = await client({ model: "nobody-knows" }).complete("go");
    expect(unknown.cost).toBeUndefined();
  });
});

it("a 429 that says the account is empty is not waited for", async () => {
  server.behave = () => chatWire.error("quota");
  const error = await failure(client().complete("go"));
  expect(error.code).toBe("LLM_QUOTA_EXHAUSTED");
  expect(server.seen).toHaveLength(1);
});

it("a call still refused at its deadline says that it was rate limited", async () => {
  server.behave = () => ({ ...chatWire.error("rate"), headers: { "retry-after-ms": "40" } });
  const error = await failure(client({ timeout: 150 }).complete("go"));
  expect(error).toBeInstanceOf(RateLimited);
  expect(error.attempts.length).toBeGreaterThan(1);
});

it("a server error keeps the answer's start and no secret", async () => {
  const apiKey = "sk-very-secret-key-42";
  server.behave = () => ({ status: 500, body: `oops ${apiKey} Bearer abcdef123456` });
  const error = await failure(client({ apiKey, retry: { attempts: 1 } }).complete("go"));
  expect(error).toBeInstanceOf(ServerError);
  expect(error.bodyExcerpt).toBe("oops [redacted] Bearer [redacted]");
  expect(JSON.stringify(error)).not.toContain(apiKey);
});

it("a slow reader holds the socket back and loses nothing", async () => {
  const text = "abc".repeat(4_000);
  server.behave = () => ({ reply: { text, piece: 3 } });
  let read = "";
  let count = 0;
  for await (const event of client().stream("go")) {
    if (event.type === "text") read += event.text;
    if (count++ % 500 === 0) await pause(10);
  }
  expect(read).toBe(text);
});
