/** Tools and structured answers, as a model that makes mistakes uses them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { InvalidOption } from "../../src/errors.js";
import {
  type Completion,
  createLLM,
  defineTool,
  InvalidOutput,
  type LLM,
  LLMAborted,
  ToolRoundsExceeded,
  type ToolSet,
} from "../../src/llm/index.js";
import { pause, WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";
import type { ReplyToolCall } from "./wires/wire.js";

let server: WireServer;
let llm: LLM;

beforeEach(async () => {
  server = await WireServer.start(chatWire);
  llm = createLLM({ provider: "compatible", model: "m", baseUrl: server.baseUrl });
});
afterEach(() => server.close());

/** The model asks for these calls first and then repeats what it was told. */
function modelCalls(...toolCalls: ReplyToolCall[]): void {
  server.behave = (seen) =>
    seen.toolResults.length === 0
      ? { reply: { toolCalls } }
      : { reply: { text: seen.toolResults.map(({ content }) => content).join(" | ") } };
}

const slow = defineTool({
  name: "slow",
  parameters: z.object({ ms: z.number() }),
  execute: ({ ms }, { signal }) =>
    new Promise<string>((resolve, reject) => {
      setTimeout(resolve, ms, `slept ${ms}`);
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
});

describe("tools", () => {
  it("run at the same time", async () => {
    let running = 0;
    let most = 0;
    const both = defineTool({
      name: "both",
      parameters: z.object({ n: z.number() }),
      execute: async ({ n }) => {
        most = Math.max(most, ++running);
        // Neither ends before the other has begun.
        while (most < 2) await pause(1);
        running--;
        return n;
      },
    });
    modelCalls({ id: "1", name: "both", args: { n: 1 } }, { id: "2", name: "both", args: { n: 2 } });
    expect((await llm.complete("go", { tools: both })).text).toBe("1 | 2");
  });

  it("get only arguments that fit, and the model is told what is wrong", async () => {
    modelCalls(
      { id: "1", name: "slow", args: { ms: "long" } },
      { id: "2", name: "slow", args: { ms: 0 } },
      { id: "3", name: "fast", args: {} },
    );
    const answer = await llm.complete("go", { tools: slow });
    expect(answer.text).toBe(
      'the arguments of slow are wrong: ms: Invalid input: expected number, received string | slept 0 | there is no tool "fast"; there are: slow',
    );
    expect(answer.toolRuns.map(({ error }) => error === undefined)).toEqual([false, true, false]);
  });

  it("that throw or take too long are told to the model", async () => {
    const broken = defineTool({
      name: "broken",
      parameters: z.object({}),
      execute: () => {
        throw new RangeError("no such row");
      },
    });
    modelCalls({ id: "1", name: "broken", args: {} }, { id: "2", name: "slow", args: { ms: 60_000 } });
    const answer = await llm.complete("go", { tools: [broken, slow], toolTimeout: 30 });
    expect(answer.text).toBe("broken failed: no such row | slow did not finish within 30 ms");
  });

  it("run only when they are approved", async () => {
    const asked: unknown[] = [];
    const careful = defineTool({ ...slow, approve: ({ ms }) => ms < 10 || "too slow" });
    modelCalls({ id: "1", name: "slow", args: { ms: 1 } }, { id: "2", name: "slow", args: { ms: 50 } });
    const answer = await llm.complete("go", {
      tools: careful,
      approveTool: (call) => {
        asked.push(call.args);
        return false;
      },
    });
    expect(answer.text).toBe("the call of slow was not approved | slow was not approved: too slow");
    expect(asked).toEqual([{ ms: 1 }]);
  });

  it("stop with the call", async () => {
    modelCalls({ id: "1", name: "slow", args: { ms: 60_000 } });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 60);
    const call = llm.complete("go", { tools: slow, signal: abort.signal });
    await expect(call).rejects.toBeInstanceOf(LLMAborted);
  });

  it("are asked for in a bounded number of rounds", async () => {
    server.behave = () => ({ reply: { toolCalls: [{ id: "1", name: "slow", args: { ms: 0 } }] } });
    const call = llm.complete("go", { tools: slow, maxToolRounds: 3 });
    await expect(call).rejects.toBeInstanceOf(ToolRoundsExceeded);
    await expect(call).rejects.toMatchObject({ rounds: 3, attempts: { length: 4 } });
  });

  it("whose arguments are not JSON are told so", async () => {
    server.behave = (seen) =>
      seen.toolResults.length > 0
        ? { reply: { text: seen.toolResults[0]?.content ?? "" } }
        : {
            body: {
              id: "x",
              choices: [
                {
                  message: { tool_calls: [{ id: "1", function: { name: "slow", arguments: '{"ms": 1' } }] },
                  finish_reason: "tool_calls",
                },
              ],
            },
          };
    expect((await llm.complete("go", { tools: slow })).text).toBe(
      'the arguments of slow are not valid JSON: {"ms": 1',
    );
  });

  it("come in sets, such as the functions of a Python file", async () => {
    const calls: unknown[] = [];
    const set: ToolSet = {
      definitions: [
        {
          name: "mean",
          description: "The mean.",
          parameters: {
            type: "object",
            properties: { values: { type: "array", items: { type: "number" } } },
            required: ["values"],
          },
        },
      ],
      call: async (name, args, { timeout, signal }) => {
        calls.push([name, args, timeout, signal.aborted]);
        return { mean: 2n };
      },
    };
    modelCalls(
      { id: "1", name: "mean", args: { values: [1, 3] } },
      { id: "2", name: "mean", args: { values: "?" } },
    );
    const answer = await llm.complete("go", { tools: [set, slow], toolTimeout: 700 });
    expect(calls).toEqual([["mean", { values: [1, 3] }, 700, false]]);
    expect(answer.text).toMatch(/^\{"mean":"2"\} \| the arguments of mean are wrong: values/);
    expect(server.seen[0]?.tools).toEqual(["mean", "slow"]);
  });

  it("are seen in a stream", async () => {
    modelCalls({ id: "1", name: "slow", args: { ms: 0 } });
    const types: string[] = [];
    for await (const event of llm.stream("go", { tools: slow })) types.push(event.type);
    expect(types.slice(0, 2)).toEqual(["tool-call", "tool-result"]);
    expect(types.at(-1)).toBe("text");
  });

  it("with a name twice or a wrong name are refused before anything is sent", async () => {
    await expect(llm.complete("go", { tools: [slow, slow] })).rejects.toBeInstanceOf(InvalidOption);
    await expect(llm.complete("go", { tools: { ...slow, name: "a b" } })).rejects.toThrow(/tools.*"a b"/);
    expect(server.seen).toEqual([]);
  });
});

describe("structured answers", () => {
  it("may be lists and plain values", async () => {
    server.behave = () => ({ reply: { text: '{"value":[1,2]}' } });
    const answer: Completion<number[]> = await llm.complete("go", { schema: z.array(z.number()) });
    expect(answer.value).toEqual([1, 2]);
  });

  it("are read out of a Markdown fence", async () => {
    server.behave = () => ({ reply: { text: '```json\n{"a": 1}\n```' } });
    expect((await llm.complete("go", { schema: z.object({ a: z.number() }) })).value).toEqual({ a: 1 });
  });

  it("follow a JSON Schema and other sources of types", async () => {
    server.behave = () => ({ reply: { text: '{"a": 1}' } });
    const schema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
    expect((await llm.complete("go", { schema })).value).toEqual({ a: 1 });
    const type = {
      name: "Invoice",
      jsonSchema: schema,
      validate: async (value: unknown) => ({ ok: true as const, value: `Invoice(${JSON.stringify(value)})` }),
    };
    expect((await llm.complete("go", { schema: type })).value).toBe('Invoice({"a":1})');
  });

  it("that stay wrong are an error with the last answer", async () => {
    server.behave = () => ({ reply: { text: "I would rather not." } });
    const call = llm.complete("go", { schema: z.object({ a: z.number() }) });
    await expect(call).rejects.toBeInstanceOf(InvalidOutput);
    await expect(call).rejects.toMatchObject({ partialText: "I would rather not.", attempts: { length: 2 } });
  });
});
