import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { WireServer } from "../llm/wire-server.js";
import { chatWire } from "../llm/wires/chat.js";
import { type CommandOptions, jsonLines, nogil, start, until } from "./command.js";

const MODEL = "openai/gpt-4o-mini";
const KEY = "sk-command-line";
const server = await WireServer.start(chatWire);
const ANSWER = "The sky scatters blue light – more than red.";
beforeEach(() => {
  server.seen.length = 0;
  server.behave = () => ({ reply: { text: ANSWER, piece: 5, usage: { input: 12, output: 9 } } });
});
afterAll(() => server.close());

function options(more: CommandOptions = {}): CommandOptions {
  return { ...more, env: { ...process.env, OPENAI_API_KEY: KEY, ...more.env } };
}

function ask(args: readonly string[], more: CommandOptions = {}) {
  return nogil(["llm", MODEL, ...args, "--base-url", server.baseUrl], options(more));
}

describe("an answer", () => {
  it("goes to stdout, its use and cost to stderr", async () => {
    const { stdout, stderr, code } = await ask(["Why is the sky blue?"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${ANSWER}\n`);
    // Twelve and nine tokens at 0.15 and 0.60 dollars a million.
    expect(stderr).toMatch(/^12 tokens in, 9 tokens out; \$0\.00000720; .* tokens\/s\n$/);
    expect(server.seen[0]).toMatchObject({ user: "Why is the sky blue?", key: KEY, stream: true });
  });

  it("comes while it is written", async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    server.behave = async () => ({ reply: { text: "first second", piece: 6 }, stallAfter: 2 });
    const { process: child, ended } = start(["llm", MODEL, "hello", "--base-url", server.baseUrl], options());
    let seen = "";
    child.stdout?.on("data", (text: string) => {
      seen += text;
      if (seen.includes("first")) finish();
    });
    await finished;
    expect(child.exitCode).toBe(null);
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    await until(() => server.openSockets === 0);
  });

  it.each(["-", undefined])("to a prompt on stdin (argument %s)", async (argument) => {
    const { stdout, code } = await ask(argument === undefined ? [] : [argument], { input: "from\na pipe\n" });
    expect([code, stdout]).toEqual([0, `${ANSWER}\n`]);
    expect(server.seen[0]?.user).toBe("from\na pipe\n");
  });

  it("follows --system, --max-tokens and --temperature", async () => {
    await ask(["hello", "--system", "Be brief.", "--max-tokens", "7", "--temperature", "0.5"]);
    expect(server.seen[0]).toMatchObject({ system: "Be brief.", maxTokens: 7, body: { temperature: 0.5 } });
  });

  it("is one object with --json", async () => {
    const { stdout, stderr, code } = await ask(["hello", "--json"]);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([
      {
        text: ANSWER,
        finishReason: "stop",
        usage: { input: 12, output: 9, cached: 0, reasoning: 0 },
        cost: expect.closeTo(7.2e-6, 9),
        provider: "openai",
        attempts: [{ outcome: "ok" }],
      },
    ]);
    expect(stderr).toContain("12 tokens in");
  });

  it("of a model without a known price says so", async () => {
    const args = ["llm", "compatible/home-made", "hello", "--base-url", server.baseUrl];
    expect((await nogil(args, options())).stderr).toContain("price not known");
  });

  it("ends with its line, also when the server cuts it", async () => {
    server.behave = () => ({ reply: { text: "half of an answer", piece: 4 }, cut: 3 });
    const { stdout, stderr, code } = await ask(["hello"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^half.*\n$/);
    expect(stderr).toContain("error: openai/gpt-4o-mini");
    expect(stderr).toContain("the stream ended before the answer was complete");
  });
});

describe("a failure", () => {
  it("names the provider, keeps the key to itself and ends with 1", async () => {
    const { status, body } = chatWire.error("key");
    server.behave = () => ({ status, body });
    const { stdout, stderr, code } = await ask(["hello"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the key was refused");
    expect(stderr).not.toContain(KEY);
  });

  it("for want of a key names the variable and ends with 2", async () => {
    const { stderr, code } = await nogil(["llm", MODEL, "hello"], {
      env: { ...process.env, OPENAI_API_KEY: undefined },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("OPENAI_API_KEY");
  });

  it("of a budget that is too small comes before anything is sent", async () => {
    const { stderr, code } = await ask(["hello", "--budget", "0"]);
    expect(code).toBe(1);
    expect(stderr).toContain("budget { usd: 0");
    expect(server.seen).toHaveLength(0);
  });
});
