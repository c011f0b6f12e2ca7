/** Python functions as tools and Python classes as answers, from a model's mistakes to its result. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InvalidOption, PythonError } from "../../src/errors.js";
import { createLLM, InvalidOutput, type LLM } from "../../src/llm/index.js";
import { allInterpreters, bothKinds } from "../interpreters.js";
import { failureOf, poolOf, temporaryFolder } from "../pool/pools.js";
import { WireServer } from "./wire-server.js";
import { chatWire } from "./wires/chat.js";
import type { ReplyToolCall } from "./wires/wire.js";

const file = (name: string) => fileURLToPath(new URL(`python/${name}`, import.meta.url));
const SHOP = file("shop.py");
const PLAIN = file("plain.py");

let server: WireServer;
let llm: LLM;
beforeEach(async () => {
  server = await WireServer.start(chatWire);
  llm = createLLM({ provider: "compatible", model: "m", baseUrl: server.baseUrl });
});
afterEach(() => server.close());

/** The model asks for these calls first and then repeats what it was told. */
function modelCalls(...calls: (readonly [name: string, args: unknown])[]): void {
  const toolCalls: ReplyToolCall[] = calls.map(([name, args], i) => ({ id: `c${i}`, name, args }));
  server.behave = (seen) =>
    seen.toolResults.length === 0
      ? { reply: { toolCalls } }
      : { reply: { text: seen.toolResults.map(({ content }) => content).join(" | ") } };
}

describe.each(allInterpreters().map((python) => ({ abi: python.abi, python })))("on $abi", ({ python }) => {
  it("schemas come from type hints and docstrings", async () => {
    const pool = await poolOf({ module: [SHOP, PLAIN], python: python.path, profile: "process", workers: 1 });
    const { definitions } = await pool.tools(SHOP);
    const names = definitions.map(({ name }) => name);
    expect(names).toEqual(["order", "price", "ship", "together", "sleep", "Stock_amount"]);
    const order = definitions.find(({ name }) => name === "order");
    expect(order?.description).toBe("Orders a part.");
    expect(order?.parameters).toEqual({
      type: "object",
      properties: {
        part: { $ref: "#/$defs/Part", description: "what to order" },
        day: { type: "string", format: "date", description: "when it must be there" },
        size: { enum: ["small", "large"] },
        notes: {
          anyOf: [{ type: "object", additionalProperties: { type: "number" } }, { type: "null" }],
          description: "anything else, by name",
        },
      },
      required: ["part", "day"],
      additionalProperties: false,
      $defs: {
        Part: {
          type: "object",
          properties: {
            name: { type: "string" },
            count: { type: "integer", default: 1 },
            parts: { type: "array", items: { $ref: "#/$defs/Part" } },
          },
          required: ["name"],
          additionalProperties: false,
        },
      },
    });
    const price = definitions.find(({ name }) => name === "price");
    expect(price).toMatchObject({
      description: "The price of a part in dollars.",
      parameters: { properties: { name: { type: "string", description: "the part's name" } } },
    });
    const plain = await pool.tools(PLAIN);
    expect(plain.definitions.map(({ name }) => name)).toEqual(["add", "greet"]);
    expect(plain.definitions[0]).toMatchObject({
      description: "Adds two numbers.",
      parameters: {
        properties: {
          a: { type: "integer", description: "the first number" },
          b: { type: "integer", default: 2, description: "the second number" },
        },
      },
    });
    expect(await plain.call("greet", { name: "Ada", greeting: "Hi" })).toBe("Hi, Ada");
    expect(
      await (await pool.tools()).call("order", {
        part: { name: "bolt", count: 2.0, parts: [{ name: "nut" }] },
        day: "2025-01-31",
        size: "large",
        notes: { weight: 3 },
      }),
    ).toEqual({
      part: { name: "bolt", count: 2, parts: [{ name: "nut", count: 1, parts: [] }] },
      weekday: 4,
      size: "large",
      notes: { weight: 3 },
      1: ["done"],
    });
  });
});

describe.each(bothKinds())("Python tools on $label", ({ python }) => {
  const options = {
    module: SHOP,
    python: python.path,
    workers: python.freeThreadedBuild ? 1 : 3,
    threads: "auto",
  } as const;

  it("run at the same time when a model asks for them together", async () => {
    const pool = await poolOf({ ...options, ...(python.freeThreadedBuild ? { threads: 3 } : {}) });
    await pool.ready();
    const folder = join(temporaryFolder(), "inside");
    mkdirSync(folder);
    const args = { folder, count: 3 };
    modelCalls(["together", args], ["together", args], ["together", args]);
    const answer = await llm.complete("go", { tools: await pool.tools(SHOP) });
    expect(answer.text).toBe("3 | 3 | 3");
  });

  it("tell the model everything that is wrong with its arguments, and run what is right", async () => {
    const pool = await poolOf(options);
    modelCalls(
      [
        "order",
        { part: { name: 3, parts: [{ name: "x", count: 0 }], colour: "red" }, day: "soon", size: "huge" },
      ],
      ["price", {}],
      ["price", "bolt"],
      ["price", { name: "bolt" }],
      ["Stock_amount", { name: "bolt" }],
      ["ship", { seconds: 0 }],
    );
    const answer = await llm.complete("go", { tools: await pool.tools(SHOP) });
    expect(answer.text.split(" | ")).toEqual([
      "order failed: the arguments are wrong: part.name: expected a text, got 3; part.parts[0]: count must be 1 or more; " +
        "part.colour: no such field; day: expected a date such as 2025-01-31, got 'soon'; " +
        "size: expected one of 'small', 'large', got 'huge'",
      "price failed: the arguments are wrong: name: missing",
      "price failed: the arguments are wrong: expected an object, got 'bolt'",
      "0.5",
      "7",
      "shipped",
    ]);
  });

  it("tell the model what they raise, and stop when their time is over", async () => {
    const pool = await poolOf(options);
    modelCalls(
      ["price", { name: "nail" }],
      ["sleep", { seconds: 60 }],
      ["not_a_tool", { x: 1 }],
      ["Stock_secret", {}],
    );
    const answer = await llm.complete("go", { tools: await pool.tools(SHOP), toolTimeout: 300 });
    const [raised, late, unknown, hidden] = answer.text.split(" | ");
    expect(raised).toBe("price failed: KeyError: 'nail'");
    expect(late).toMatch(/^sleep (failed: .*)?did not finish within 300 ms/);
    expect(unknown).toContain('there is no tool "not_a_tool"');
    expect(hidden).toContain('there is no tool "Stock_secret"');
    // The thread that slept is free again.
    expect(await pool.call("price", ["bolt"])).toBe(0.5);
  });

  it("are stopped with the call", async () => {
    const pool = await poolOf(options);
    modelCalls(["sleep", { seconds: 60 }]);
    const stop = new AbortController();
    const call = llm.complete("go", { tools: await pool.tools(SHOP), signal: stop.signal });
    while (pool.stats().running === 0) await new Promise(setImmediate);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: "LLM_ABORTED" });
    while (pool.stats().running > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("tools of a pool", () => {
  it("are chosen by name, and asked for approval by name", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    const asked: unknown[] = [];
    const tools = await pool.tools(SHOP, {
      only: ["price", "ship"],
      approve: {
        ship: (args) => {
          asked.push(args);
          return "the harbour is closed";
        },
      },
    });
    expect(tools.definitions.map(({ name }) => name)).toEqual(["price", "ship"]);
    modelCalls(["ship", { seconds: 0 }], ["price", { name: "bolt" }]);
    const answer = await llm.complete("go", { tools });
    expect(answer.text).toBe("ship was not approved: the harbour is closed | 0.5");
    expect(asked).toEqual([{ seconds: 0 }]);
  });

  it("that are not there are refused with the names that are", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    const other = await failureOf(pool.tools("./other.py"));
    expect(other).toBeInstanceOf(InvalidOption);
    expect(other.message).toContain(SHOP);
    for (const options of [{ only: ["prize"] }, { approve: { prize: () => true } }]) {
      const error = await failureOf(pool.tools(SHOP, options));
      expect(error.message).toMatch(/"prize", expected one of order, price/);
    }
  });

  it("that have no schema say which hint is in the way", async () => {
    const pool = await poolOf({ module: file("bad.py"), workers: 1 });
    const error = await failureOf<PythonError>(pool.tools());
    expect(error).toBeInstanceOf(PythonError);
    expect(error.message).toContain("talk cannot be a tool");
    expect(error.message).toContain("socket");
  });
});

describe("a Python class as the type of an answer", () => {
  it("is asked for by its schema, and comes with its defaults", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    server.behave = () => ({
      reply: { text: '{"name":"bolt","count":null,"parts":[{"name":"nut","count":2}]}' },
    });
    const { value } = await llm.complete("a part", { schema: await pool.type("Part") });
    expect(value).toEqual({ name: "bolt", count: 1, parts: [{ name: "nut", count: 2, parts: [] }] });
    expect(server.seen[0]?.schema).toMatchObject({
      type: "object",
      description: "A part of an order.",
      // Strict modes want every field required: one with a default may be null.
      required: ["name", "count", "parts"],
      properties: { count: { anyOf: [{ type: "integer" }, { type: "null" }] } },
    });
  });

  it("is repaired once, with all that Python has against it", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    const answers = ['{"stars":6}', '{"stars":5,"text":"good"}'];
    server.behave = (_, count) => ({ reply: { text: answers[count - 1] ?? "" } });
    const schema = await pool.type<{ stars: number; text: string }>("shop:Review");
    const { value } = await llm.complete("?", { schema });
    expect(value).toEqual({ stars: 5, text: "good" });
    expect(server.seen[1]?.user).toContain("stars: expected one of 1, 2, 3, 4, 5, got 6; text: missing");
  });

  it("that never fits ends with InvalidOutput, also where the class itself objects", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    server.behave = () => ({ reply: { text: '{"name":"bolt","count":-1,"parts":[]}' } });
    const error = await failureOf<InvalidOutput>(llm.complete("?", { schema: await pool.type("Part") }));
    expect(error).toBeInstanceOf(InvalidOutput);
    expect(error.issues).toEqual(["count must be 1 or more"]);
    expect(server.seen).toHaveLength(2);
  });

  it("may be a pydantic model, with or without pydantic itself here", async () => {
    // What nogil uses of pydantic's interface, and no more.
    const module = join(temporaryFolder(), "model.py");
    writeFileSync(
      module,
      `
class ValidationError(ValueError):
    def errors(self): return [{"loc": ("age",), "msg": "Input should be a valid integer"}]

class Person:
    def __init__(self, **values): self.values = values
    @classmethod
    def model_json_schema(cls):
        return {"type": "object", "properties": {"name": {"type": "string", "default": "?"}, "age": {"type": "integer"}}, "required": ["age"]}
    @classmethod
    def model_validate(cls, value):
        if not isinstance(value.get("age"), int): raise ValidationError()
        return cls(**value)
    def model_dump(self, mode): return {"name": "?", **self.values}
`,
    );
    const pool = await poolOf({ module, workers: 1 });
    const type = await pool.type("Person");
    expect(type.jsonSchema).toEqual({
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer" } },
      required: ["name", "age"],
      additionalProperties: false,
    });
    expect(await type.validate({ age: 3 })).toEqual({ ok: true, value: { name: "?", age: 3 } });
    expect(await type.validate({ age: "old" })).toEqual({
      ok: false,
      issues: ["age: Input should be a valid integer"],
    });
  });

  it("that is not there is refused", async () => {
    const pool = await poolOf({ module: SHOP, workers: 1 });
    await expect(pool.type("Parts")).rejects.toThrow("no 'Parts' in shop");
    await expect(pool.type("os")).rejects.toThrow(PythonError);
    await expect(pool.type("datetime.datetime.now.__globals__")).rejects.toThrow(PythonError);
  });
});
