import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { WireServer } from "../llm/wire-server.js";
import { chatWire } from "../llm/wires/chat.js";
import { jsonLines, nogil, start, temporaryFolder, until } from "./command.js";

interface Line {
  readonly id: string;
  readonly text?: string;
  readonly cost?: number | null;
  readonly error?: { readonly code: string; readonly message: string };
}

const PROMPTS = 40;
const server = await WireServer.start(chatWire);
const env = { ...process.env, OPENAI_API_KEY: "sk-command-line" };
beforeEach(() => {
  server.seen.length = 0;
  server.behave = ({ user }) => ({ reply: { text: `answer to ${user}`, usage: { input: 10, output: 5 } } });
});
afterAll(() => server.close());

class Batch {
  readonly folder = temporaryFolder();
  readonly input = join(this.folder, "prompts.jsonl");
  readonly output = join(this.folder, "answers.jsonl");

  constructor(prompts: readonly unknown[] = Array.from({ length: PROMPTS }, (_, i) => `p${i}`)) {
    writeFileSync(this.input, prompts.map((prompt) => `${JSON.stringify(prompt)}\n`).join(""));
  }

  args(...more: string[]): string[] {
    const files = [this.input, "-o", this.output];
    return ["llm", "map", "openai/gpt-4o-mini", ...files, "--base-url", server.baseUrl, ...more];
  }

  run(...more: string[]) {
    return nogil(this.args(...more), { env });
  }

  get lines(): Line[] {
    return jsonLines<Line>(readFileSync(this.output, "utf8"));
  }
}

const answers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: String(i), text: `answer to p${i}` }));

describe("llm map", () => {
  it("writes the answers in the order of the prompts, and what they cost", async () => {
    server.behave = ({ user }) => ({
      reply: { text: `answer to ${user}`, usage: { input: 10, output: 5 } },
      delay: Math.random() * 30,
    });
    const batch = new Batch();
    const { stdout, stderr, code } = await batch.run();
    expect([code, stdout]).toEqual([0, ""]);
    expect(batch.lines).toMatchObject(answers(PROMPTS));
    // 40 times 10 and 5 tokens at 0.15 and 0.60 dollars a million.
    expect(stderr).toMatch(/^40 prompts: 40 answered; 600 tokens, \$0\.000180; .* tokens\/s\n$/);
  });

  it("takes messages, ids and options of a line", async () => {
    const batch = new Batch([
      { id: "first", prompt: "one", system: "Of this line.", maxTokens: 3 },
      [
        { role: "system", content: "Of these messages." },
        { role: "user", content: "two" },
      ],
    ]);
    expect((await batch.run("--system", "Of all.", "--concurrency", "1")).code).toBe(0);
    expect(batch.lines).toMatchObject([
      { id: "first", text: "answer to one" },
      { id: "1", text: "answer to two" },
    ]);
    expect(server.seen).toMatchObject([
      { system: "Of this line.", maxTokens: 3 },
      { system: "Of all.\n\nOf these messages." },
    ]);
  });

  it("ends with 1 when a prompt failed, and asks only that one again", async () => {
    const { status, body } = chatWire.error("rejected");
    server.behave = ({ user }) =>
      user === "p7" ? { status, body } : { reply: { text: `answer to ${user}` } };
    const batch = new Batch();
    const first = await batch.run();
    expect(first.code).toBe(1);
    expect(first.stderr).toContain("40 prompts: 39 answered, 1 failed");
    expect(batch.lines.filter(({ error }) => error !== undefined)).toMatchObject([
      { id: "7", error: { code: "LLM_REQUEST_REJECTED" } },
    ]);
    server.seen.length = 0;
    server.behave = ({ user }) => ({ reply: { text: `answer to ${user}` } });
    const second = await batch.run();
    expect(second.code).toBe(0);
    expect(second.stderr).toContain("39 of them in an earlier run");
    expect(server.seen.map(({ user }) => user)).toEqual(["p7"]);
    expect(batch.lines).toMatchObject(answers(PROMPTS));
  });

  it.each(["SIGKILL", "SIGINT"] as const)("goes on after %s without asking twice", async (signal) => {
    server.behave = async ({ user }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { reply: { text: `answer to ${user}` } };
    };
    const batch = new Batch();
    const { process: child, ended } = start(batch.args("--concurrency", "4"), { env });
    const checkpoint = `${batch.output}.checkpoint`;
    // Of calls that were cut off the file keeps what they cost, with "ok":false.
    const finished = () =>
      existsSync(checkpoint) ? readFileSync(checkpoint, "utf8").split('"ok":true').length - 1 : 0;
    await until(() => finished() >= 10);
    child.kill(signal);
    expect((await ended).code).toBe(signal === "SIGKILL" ? null : 130);
    const before = finished();
    expect(before).toBeLessThan(PROMPTS);
    // A kill may cut the last line.
    if (signal === "SIGKILL") appendFileSync(checkpoint, '{"key":"cut');
    server.seen.length = 0;
    const { code, stderr } = await batch.run();
    expect(code).toBe(0);
    expect(stderr).toContain(`${before} of them in an earlier run`);
    expect(server.seen).toHaveLength(PROMPTS - before);
    expect(batch.lines).toMatchObject(answers(PROMPTS));
  });

  it("begins anew with --restart", async () => {
    const batch = new Batch(["p0"]);
    await batch.run();
    const { stderr } = await batch.run("--restart");
    expect(stderr).not.toContain("earlier");
    expect(server.seen).toHaveLength(2);
  });

  it("stops at its budget, keeps what is paid and counts it the next time", async () => {
    const batch = new Batch();
    const first = await batch.run("--budget", "0.00002", "--concurrency", "1", "--max-tokens", "5");
    expect(first.code).toBe(1);
    expect(first.stderr).toContain("budget { usd: 0.00002");
    const paid = batch.lines.length;
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBeLessThan(PROMPTS);
    expect(batch.lines).toMatchObject(answers(paid));
    server.seen.length = 0;
    await batch.run("--budget", "0.00002", "--concurrency", "1", "--max-tokens", "5");
    expect(server.seen.length).toBeLessThan(paid);
    expect((await batch.run()).code).toBe(0);
    expect(batch.lines).toMatchObject(answers(PROMPTS));
  });

  it("waits where the provider says so, and all prompts are answered", async () => {
    const { status, body } = chatWire.error("rate");
    server.behave = ({ user }, count) =>
      count % 5 === 0
        ? { status, body, headers: { "retry-after-ms": "20" } }
        : { reply: { text: `answer to ${user}` } };
    const batch = new Batch();
    expect((await batch.run()).code).toBe(0);
    expect(batch.lines).toMatchObject(answers(PROMPTS));
  });
});

describe("what would lose something is refused", () => {
  it("an output that is not of an earlier run", async () => {
    const batch = new Batch();
    writeFileSync(batch.output, "a letter\n");
    const { stderr, code } = await batch.run();
    expect(code).toBe(1);
    expect(stderr).toContain("--restart");
    expect(readFileSync(batch.output, "utf8")).toBe("a letter\n");
  });

  it("the input as output", async () => {
    const batch = new Batch();
    const { stderr, code } = await nogil(
      ["llm", "map", "openai/gpt-4o-mini", batch.input, "-o", batch.input, "--base-url", server.baseUrl],
      { env },
    );
    expect(code).toBe(1);
    expect(stderr).toContain("is the input");
  });

  it("an input that is not there, before the output is touched", async () => {
    const batch = new Batch(["p0"]);
    await batch.run();
    const before = readFileSync(batch.output, "utf8");
    const { stderr, code } = await nogil(
      ["llm", "map", "openai/gpt-4o-mini", `${batch.input}.not`, "-o", batch.output, "--restart"],
      { env },
    );
    expect(code).toBe(1);
    expect(stderr).toContain("no such file or folder");
    expect(readFileSync(batch.output, "utf8")).toBe(before);
  });

  it("a line that is not JSON, by its place", async () => {
    const batch = new Batch(["p0"]);
    appendFileSync(batch.input, "not json\n");
    const { stderr, code } = await batch.run();
    expect(code).toBe(2);
    expect(stderr).toContain(`${batch.input}:2`);
    expect(batch.lines).toMatchObject(answers(1));
  });
});
