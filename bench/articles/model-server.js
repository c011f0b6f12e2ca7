// A language model that costs nothing: it writes an article out of the sources in its prompt, the same for the same
// prompt. The model's name says how it behaves: `m?latency=20&fail=empty|nonsense|unclosed&once=1`.
import { createServer } from "node:http";

/** Sentences of each source, quoted with its mark: what a careful model would do. */
function article(prompt) {
  const sources = [...prompt.matchAll(/^\[\^(\d+)\] (.+)\n([\s\S]*?)(?=^\[\^\d+\] |$(?![\s\S]))/gm)];
  const quoted = sources.map(([, number, , text]) =>
    text
      .split("\n")
      .filter((line) => line.trim().split(/\s+/).length > 4 && !line.startsWith("```"))
      .slice(0, 6)
      .map((line) => `${line.trim().replace(/[.:]*$/, "")}.[^${number}]`)
      .join(" "),
  );
  const [first = "Nothing"] = sources.map(([, , label]) => label);
  const half = Math.ceil(quoted.length / 2);
  return [
    `# What is new: ${first}`,
    `> A short look at ${sources.length} sources.`,
    "## The facts",
    quoted.slice(0, half).join("\n\n"),
    "## The rest",
    quoted.slice(half).join("\n\n") || quoted.join(" "),
    "Tags: news, dependencies",
  ].join("\n\n");
}

const NONSENSE = `# Bananas\n\n## Fruit\n\n${"Purple elephants juggle seventeen transparent umbrellas beyond midnight.[^1] ".repeat(20)}`;
let calls = 0;

function answer(body) {
  const query = new URLSearchParams(body.model.split("?")[1] ?? "");
  const prompt = body.messages.at(-1).content;
  calls++;
  const isBroken = query.get("once") !== "1" || !prompt.includes("An earlier version was refused");
  const fail = isBroken ? query.get("fail") : null;
  const text = prompt.startsWith("You are an editor")
    ? "yes"
    : fail === "empty"
      ? ""
      : fail === "nonsense"
        ? NONSENSE
        : fail === "unclosed"
          ? `${article(prompt)}\n\n\`\`\`js\nlet open`
          : article(prompt);
  const tokens = Math.ceil(prompt.length / 4);
  return {
    latency: Number(query.get("latency") ?? 0),
    body: {
      id: "test",
      object: "chat.completion",
      created: 1,
      model: body.model,
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: tokens,
        completion_tokens: Math.ceil(text.length / 4),
        total_tokens: tokens + Math.ceil(text.length / 4),
      },
    },
  };
}

/** Starts the server; resolves to its address and how to end it. */
export function startModelServer() {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const { latency, body } = answer(JSON.parse(text));
      setTimeout(() => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      }, latency);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({
        baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
        calls: () => calls,
        close: () =>
          new Promise((done) => {
            server.closeAllConnections();
            server.close(done);
          }),
      });
    });
  });
}

if (process.argv[2] === "--serve") {
  const { baseUrl } = await startModelServer();
  process.send?.({ baseUrl });
  process.on("disconnect", () => process.exit(0));
}
