/** One suite over every provider file: what a user may rely on, whoever answers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  AuthenticationFailed,
  BadResponse,
  type CallOptions,
  ConnectionFailed,
  ContentFiltered,
  ContextTooLong,
  createLLM,
  defineTool,
  type LLM,
  LLMError,
  ModelNotFound,
  QuotaExhausted,
  RateLimited,
  RequestRejected,
  ServerError,
  StreamCut,
  type StreamEvent,
} from "../../src/llm/index.js";
import { PROVIDER_NAMES } from "../../src/llm/providers/index.js";
import { type Behave, WireServer } from "./wire-server.js";
import { anthropicWire } from "./wires/anthropic.js";
import { chatWire } from "./wires/chat.js";
import { cohereWire } from "./wires/cohere.js";
import { geminiWire } from "./wires/gemini.js";
import { responsesWire } from "./wires/responses.js";
import type { ErrorKind, Wire } from "./wires/wire.js";

const WIRES: Readonly<Record<string, Wire>> = {
  anthropic: anthropicWire,
  cohere: cohereWire,
  gemini: geminiWire,
  "openai-responses": responsesWire,
};
const KEY = "sk-secret-value-123";
const WIDE = "Grüße, 世界! 👩‍🚀 naïve — ok";

const weather = defineTool({
  name: "weather",
  description: "The weather of a city.",
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, degrees: city === "Oslo" ? -3 : 21 }),
});

for (const provider of PROVIDER_NAMES) {
  const wire = WIRES[provider] ?? chatWire;

  describe(provider, () => {
    let server: WireServer;
    let llm: LLM;

    beforeEach(async () => {
      server = await WireServer.start(wire);
      llm = createLLM({
        provider,
        model: "test-model",
        apiKey: KEY,
        baseUrl: server.baseUrl,
        retry: { attempts: 1, baseDelay: 1 },
      });
    });
    afterEach(() => server.close());

    const behaves = (behave: Behave): void => {
      server.behave = behave;
    };
    const read = async (options: CallOptions = {}): Promise<{ events: StreamEvent[]; text: string }> => {
      const events: StreamEvent[] = [];
      const stream = llm.stream("go", options);
      for await (const event of stream) events.push(event);
      return { events, text: (await stream.response).text };
    };

    it("answers a plain question and says what it used", async () => {
      behaves((seen) => ({
        reply: { text: `you said ${seen.user}`, usage: { input: 20, output: 5, cached: 8 } },
      }));
      const answer = await llm.complete("hello", { maxTokens: 77 });
      expect(answer.text).toBe("you said hello");
      expect(answer.finishReason).toBe("stop");
      expect(answer.usage).toMatchObject({ input: 20, output: 5, cached: 8 });
      expect(answer.provider).toBe(provider);
      expect(answer.attempts).toHaveLength(1);
      expect(answer.attempts[0]).toMatchObject({
        outcome: "ok",
        status: 200,
        requestId: "req-1",
        estimated: false,
      });
      expect(answer.message).toEqual({ role: "assistant", content: "you said hello" });
      expect(server.seen[0]).toMatchObject({ model: "test-model", key: KEY, stream: false, maxTokens: 77 });
    });

    it("gives a frozen answer", async () => {
      const answer = await llm.complete("hello");
      for (const part of [answer, answer.usage, answer.message, answer.attempts, answer.timings]) {
        expect(Object.isFrozen(part)).toBe(true);
      }
    });

    it("sends system messages where the provider wants them", async () => {
      await llm.complete(
        [
          { role: "system", content: "Be brief." },
          { role: "user", content: "one" },
          { role: "assistant", content: "two" },
          { role: "user", content: "three" },
        ],
        { system: "You are a test." },
      );
      expect(server.seen[0]).toMatchObject({ system: "You are a test.\n\nBe brief.", user: "three" });
    });

    it("sends pictures", async () => {
      const data = Uint8Array.from([137, 80, 78, 71, 0, 255]);
      await llm.complete([
        {
          role: "user",
          content: [
            { type: "text", text: "what is this?" },
            { type: "image", data, mediaType: "image/png" },
          ],
        },
      ]);
      expect(server.seen[0]).toMatchObject({
        user: "what is this?",
        images: [{ mediaType: "image/png", base64: Buffer.from(data).toString("base64") }],
      });
    });

    it("streams an answer piece by piece", async () => {
      behaves(() => ({
        reply: { text: WIDE, reasoning: "hm, let me see", usage: { input: 9, output: 4, cached: 2 } },
      }));
      const stream = llm.stream("go");
      const events: StreamEvent[] = [];
      for await (const event of stream) events.push(event);
      const joined = (type: string): string =>
        events.map((event) => (event.type === type && "text" in event ? event.text : "")).join("");
      expect(joined("text")).toBe(WIDE);
      expect(joined("reasoning")).toBe("hm, let me see");
      expect(events.length).toBeGreaterThan(3);
      const answer = await stream.response;
      expect(answer).toMatchObject({ text: WIDE, reasoning: "hm, let me see", finishReason: "stop" });
      expect(answer.usage).toMatchObject({ input: 9, output: 4, cached: 2 });
      expect(server.seen[0]?.stream).toBe(true);
    });

    it.each([1, 2, 3, 7, 64])("streams the same when chunks are %i bytes", async (chunkBytes) => {
      behaves(() => ({ reply: { text: WIDE, piece: 5 }, chunkBytes }));
      expect((await read()).text).toBe(WIDE);
    });

    it("streams the same with comments in between and CR LF", async () => {
      behaves(() => ({ reply: { text: WIDE }, keepAlive: true, crlf: true, chunkBytes: 11 }));
      expect((await read()).text).toBe(WIDE);
    });

    it("runs a tool and gives its result back", async () => {
      behaves((seen) =>
        seen.toolResults.length === 0
          ? {
              reply: {
                text: "let me look",
                toolCalls: [{ id: "t1", name: "weather", args: { city: "Oslo" } }],
              },
            }
          : {
              reply: {
                text: `it is ${(JSON.parse(seen.toolResults[0]?.content ?? "{}") as { degrees: number }).degrees}`,
              },
            },
      );
      const answer = await llm.complete("weather in Oslo?", { tools: weather });
      expect(answer.text).toBe("it is -3");
      expect(server.seen[0]?.tools).toEqual(["weather"]);
      expect(server.seen[1]?.toolResults).toEqual([
        { name: "weather", content: '{"city":"Oslo","degrees":-3}' },
      ]);
      expect(answer.toolRuns).toMatchObject([{ name: "weather", args: { city: "Oslo" }, error: undefined }]);
      expect(answer.messages.map(({ role }) => role)).toEqual(["assistant", "tool", "assistant"]);
      expect(answer.usage).toMatchObject({ input: 22, output: 14 });
      expect(answer.attempts).toHaveLength(2);
    });

    it.each([false, true])("runs parallel tools (stream: %s)", async (streamed) => {
      behaves((seen) =>
        seen.toolResults.length === 0
          ? {
              reply: {
                toolCalls: [
                  { id: "t1", name: "weather", args: { city: "Oslo" } },
                  { id: "t2", name: "weather", args: { city: "Roma", note: "ü世👩" } },
                ],
              },
              chunkBytes: 13,
            }
          : { reply: { text: seen.toolResults.map(({ content }) => content).join(" ") } },
      );
      const options = { tools: [weather] };
      const text = streamed ? (await read(options)).text : (await llm.complete("go", options)).text;
      expect(text).toBe('{"city":"Oslo","degrees":-3} {"city":"Roma","degrees":21}');
    });

    it("returns calls of tools it cannot run", async () => {
      behaves(() => ({ reply: { toolCalls: [{ id: "t1", name: "ask", args: { q: 1 } }] } }));
      const answer = await llm.complete("go", {
        tools: { name: "ask", parameters: { type: "object", properties: { q: { type: "number" } } } },
      });
      expect(answer.finishReason).toBe("tool-calls");
      expect(answer.toolCalls).toMatchObject([{ name: "ask", args: { q: 1 } }]);
    });

    it.each([false, true])("gives a checked value for a schema (stream: %s)", async (streamed) => {
      const schema = z.object({ name: z.string(), tags: z.array(z.string()) });
      behaves(() => ({ reply: { text: '{"name":"Ünï","tags":["a","b"]}' } }));
      const answer = streamed
        ? await llm.stream("go", { schema }).response
        : await llm.complete("go", { schema });
      expect(answer.value).toEqual({ name: "Ünï", tags: ["a", "b"] });
      const [seen] = server.seen;
      const inWords = seen?.system.includes('"tags"');
      expect(inWords || JSON.stringify(seen?.schema).includes('"tags"')).toBe(true);
    });

    it("repairs a wrong value once", async () => {
      behaves((_seen, count) => ({ reply: { text: count === 1 ? '{"n":"three"}' : '{"n":3}' } }));
      const answer = await llm.complete("go", { schema: z.object({ n: z.number() }) });
      expect(answer.value).toEqual({ n: 3 });
      expect(server.seen[1]?.user).toContain("n: Invalid input");
      expect(answer.attempts).toHaveLength(2);
    });

    it("says when an answer was cut by its length", async () => {
      behaves(() => ({ reply: { text: "half", finish: "length" } }));
      expect((await llm.complete("go")).finishReason).toBe("length");
      expect((await llm.stream("go").response).finishReason).toBe("length");
    });

    it.each([false, true])("fails when the filter stops the answer (stream: %s)", async (streamed) => {
      behaves(() => ({ reply: { text: "half", finish: "content-filter" } }));
      const call = streamed ? llm.stream("go").response : llm.complete("go");
      const error = await failure(call);
      expect(error).toBeInstanceOf(ContentFiltered);
      expect(error).toMatchObject({ partialText: "half", retryable: false });
      expect(error.attempts[0]?.usage.output).toBe(7);
    });

    const classes: readonly (readonly [ErrorKind, new (...args: never[]) => LLMError, boolean])[] = [
      ["key", AuthenticationFailed, false],
      ["model", ModelNotFound, false],
      ["context", ContextTooLong, false],
      ["filter", ContentFiltered, false],
      ["rejected", RequestRejected, false],
      ["quota", QuotaExhausted, false],
      ["server", ServerError, true],
      ["overloaded", ServerError, true],
    ];
    it.each(classes)("tells the error %s apart", async (kind, expected, retryable) => {
      behaves(() => wire.error(kind));
      for (const call of [llm.complete("go"), llm.stream("go").response]) {
        const error = await failure(call);
        expect(error).toBeInstanceOf(expected);
        expect(error).toMatchObject({
          provider,
          model: "test-model",
          retryable,
          status: wire.error(kind).status,
        });
        expect(error.requestId).toMatch(/^req-/);
        expect(error.bodyExcerpt).not.toBe("");
        expect(error.message + error.bodyExcerpt).not.toContain(KEY);
      }
    });

    it("waits for what a 429 asks and then answers", async () => {
      behaves((_seen, count) =>
        count === 1
          ? { ...wire.error("rate"), headers: { "retry-after-ms": "80" } }
          : { reply: { text: "late" } },
      );
      const answer = await llm.complete("go");
      expect(answer.text).toBe("late");
      expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(["LLM_RATE_LIMITED", "ok"]);
      expect((server.times[1] ?? 0) - (server.times[0] ?? 0)).toBeGreaterThanOrEqual(79);
    });

    it("gives up at once when a 429 asks for more time than there is", async () => {
      behaves(() => ({ ...wire.error("rate"), headers: { "retry-after": "3600" } }));
      const error = await failure(llm.complete("go", { timeout: 5_000 }));
      expect(error).toBeInstanceOf(RateLimited);
      expect(error.retryAfter).toBe(3_600_000);
      expect(server.seen).toHaveLength(1);
    });

    it.each(["server", "overloaded", "rate"] as const)(
      "notices the error %s inside a stream",
      async (kind) => {
        behaves(() => ({
          reply: { text: "some text here" },
          insert: { after: 4, frame: wire.errorFrame(kind) },
        }));
        const stream = llm.stream("go");
        const error = await failure(stream.response);
        expect(error).toBeInstanceOf(kind === "rate" && provider !== "cohere" ? RateLimited : ServerError);
        expect(error.retryable).toBe(true);
        expect(error.partialText).toMatch(/^som/);
        expect(error.attempts[0]).toMatchObject({ estimated: true });
      },
    );

    it("notices a stream whose socket is cut", async () => {
      behaves(() => ({ reply: { text: "some text here" }, cut: 5 }));
      const error = await failure(llm.stream("go").response);
      expect(error).toBeInstanceOf(StreamCut);
      expect(error.partialText).toMatch(/^som/);
      expect(error.attempts[0]?.usage.output).toBeGreaterThan(0);
    });

    it("notices a stream that ends in good order but too early", async () => {
      behaves(() => ({ reply: { text: "some text here" }, endAfter: 5 }));
      const error = await failure(llm.stream("go").response);
      expect(error).toBeInstanceOf(StreamCut);
    });

    it.each(["before-head", "in-body"] as const)("notices a connection cut %s", async (cut) => {
      behaves(() => ({ reply: { text: "x".repeat(400) }, cut }));
      const error = await failure(llm.complete("go"));
      expect(error).toBeInstanceOf(cut === "before-head" ? ConnectionFailed : StreamCut);
      expect(error.retryable).toBe(true);
    });

    it("notices a web page and broken JSON in place of an answer", async () => {
      behaves(() => ({
        body: "<!doctype html><title>Sign in</title>",
        headers: { "content-type": "text/html" },
      }));
      for (const call of [llm.complete("go"), llm.stream("go").response]) {
        const error = await failure(call);
        expect(error).toBeInstanceOf(BadResponse);
        expect(error).toMatchObject({ retryable: false, status: 200 });
        expect(error.bodyExcerpt).toContain("Sign in");
      }
      behaves(() => ({ body: '{"id": "x", ' }));
      expect(await failure(llm.complete("go"))).toBeInstanceOf(BadResponse);
      behaves(() => ({ body: "[]" }));
      expect(await failure(llm.complete("go"))).toBeInstanceOf(BadResponse);
    });
  });
}

async function failure(call: Promise<unknown>): Promise<LLMError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`expected an error, got ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof LLMError)) throw outcome.error;
  return outcome.error;
}
