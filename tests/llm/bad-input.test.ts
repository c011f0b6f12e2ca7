/** What is wrong from the start is said at once, by name, and nothing is sent. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { InvalidOption } from "../../src/errors.js";
import { createLLM, LLMError, type LLMOptions, type Prompt } from "../../src/llm/index.js";
import { excerpt, redact } from "../../src/llm/redact.js";
import { WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";

afterEach(() => vi.unstubAllEnvs());

const good = { provider: "openai", model: "m", apiKey: "sk-x" };

function wrong(options: unknown): () => unknown {
  return () => createLLM(options as LLMOptions);
}

describe("a client", () => {
  it.each([
    ["model", "gpt-4o"],
    ["model", { provider: "openai" }],
    ["provider", { ...good, provider: "opena" }],
    ["provider", { ...good, provider: 7 }],
    ["maxConcurrent", { ...good, maxConcurrent: 0 }],
    ["maxConcurrent", { ...good, maxConcurrent: 2.5 }],
    ["budget.usd", { ...good, budget: { usd: -1 } }],
    ["budget.tokens", { ...good, budget: { tokens: Number.NaN } }],
    ["timeout.total", { ...good, timeout: 0 }],
    ["timeout.idle", { ...good, timeout: { idle: "1s" } }],
    ["retry.attempts", { ...good, retry: { attempts: 0 } }],
    ["limits.rpm", { ...good, limits: { rpm: 0 } }],
    ["hedge.after", { ...good, hedge: { after: -5 } }],
    ["baseUrl", { ...good, baseUrl: "localhost:8000" }],
    ["baseUrl", { ...good, baseUrl: "file:///etc/passwd" }],
    ["baseUrl", { provider: "compatible", model: "m" }],
    ["headers", { ...good, headers: { "x-a": "b\r\nx-evil: 1" } }],
    ["fallback[0].model", { ...good, fallback: [{ provider: "openai" }] }],
    ["temperature", { ...good, temperature: 1 }],
  ])("with a wrong %s says so", (option, options) => {
    expect(wrong(options)).toThrow(InvalidOption);
    expect(wrong(options)).toThrow(new RegExp(`"${option.replace(/[[\].]/g, "\\$&")}"`));
  });

  it("never repeats a wrong key", () => {
    const apiKey = "sk-line\nbreak-12345";
    expect(wrong({ ...good, apiKey })).toThrow(/apiKey/);
    expect(wrong({ ...good, apiKey })).not.toThrow(/12345/);
  });

  it("takes its key from the environment, or says from where", async () => {
    vi.stubEnv("GROQ_API_KEY", "");
    expect(wrong("groq/llama")).toThrow(/GROQ_API_KEY/);
    vi.stubEnv("GROQ_API_KEY", "gsk_from_env");
    const server = await WireServer.start(chatWire);
    const llm = createLLM("groq/llama/with/slashes", { baseUrl: server.baseUrl });
    await llm.complete("go");
    expect(server.seen[0]).toMatchObject({ key: "gsk_from_env", model: "llama/with/slashes" });
    await server.close();
  });
});

describe("a prompt", () => {
  it.each([
    [undefined],
    [null],
    [42],
    [[]],
    [[{ role: "robot", content: "x" }]],
    [[{ role: "user" }]],
    [[{ role: "assistant", content: [{ type: "text", text: "x" }] }]],
    [[null]],
  ])("that is %j is refused", async (prompt) => {
    const llm = createLLM({ ...good, baseUrl: "http://127.0.0.1:9" });
    await expect(llm.complete(prompt as unknown as Prompt)).rejects.toBeInstanceOf(InvalidOption);
    await expect(llm.stream(prompt as unknown as Prompt).response).rejects.toBeInstanceOf(InvalidOption);
  });

  it("with lone surrogates and control characters arrives as JSON", async () => {
    const server = await WireServer.start(chatWire);
    const llm = createLLM({ ...good, baseUrl: server.baseUrl });
    await llm.complete("a\u0000b\ud800c");
    expect(server.seen[0]?.user).toBe("a\u0000b\ud800c");
    await server.close();
  });
});

describe("a server that is none", () => {
  it("is a typed error", async () => {
    const { createServer } = await import("node:net");
    const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const llm = createLLM({ ...good, baseUrl: `http://127.0.0.1:${port}`, retry: { attempts: 1 } });
    await expect(llm.complete("go")).rejects.toBeInstanceOf(LLMError);
    await expect(llm.stream("go").response).rejects.toMatchObject({ code: "LLM_CONNECTION" });
    server.close();
  });
});

describe("secrets", () => {
  it("are taken out by value and by shape", () => {
    expect(redact("key=my-own-secret!", ["my-own-secret!"])).toBe("key=[redacted]");
    expect(redact("sk-proj-abcdefghijkl and AIzaSyA1234567890abc and Bearer abc.def-ghi")).toBe(
      "[redacted] and [redacted] and Bearer [redacted]",
    );
    expect(redact("https://x/y?key=abc123&z=1")).toBe("https://x/y?key=[redacted]&z=1");
    expect(redact("a task-based sketch, no secret", [""])).toBe("a task-based sketch, no secret");
  });

  it("do not survive at the border of an excerpt", () => {
    const secret = "very-secret-value-0123456789";
    expect(excerpt(`${"x ".repeat(240)}${secret}`, [secret])).not.toContain("very-s");
  });
});
