/** The provider of the storm, a process of its own: chat completions, and trouble by chance. */
import { createServer } from "node:http";

const trouble = Number(process.argv[2]);
const times = [];
const usage = { prompt_tokens: 30, completion_tokens: 12 };

const server = createServer((request, response) => {
  // The moment the head arrives: what a provider's own limiter would count.
  times.push(performance.now());
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => serve(JSON.parse(text), request, response));
});

function serve(body, request, response) {
  const answer = `answer to ${body.messages[0].content} 🌩`;
  const dice = Math.random() / trouble;
  const wait = Math.random() * 6;
  setTimeout(() => {
    if (response.destroyed) return;
    if (dice < 0.35) refuse(response);
    else if (dice < 0.65) fail(response, 500 + Math.floor(Math.random() * 4));
    else if (dice < 0.8) request.socket.destroy();
    else if (dice < 0.9 && body.stream) stream(answer, request, response, 2);
    else if (dice < 0.95) fail(response, 400);
    else if (dice < 1) setTimeout(() => succeed(body, answer, request, response), 200);
    else succeed(body, answer, request, response);
  }, wait);
}

function refuse(response) {
  // Every way of saying when, and none at all.
  const ways = [
    { "retry-after-ms": "30" },
    { "retry-after": "0.03" },
    { "retry-after": new Date(Date.now() + 30).toUTCString() },
    {},
  ];
  const message = "Rate limit reached. Please try again in 30ms.";
  response.writeHead(429, {
    "content-type": "application/json",
    ...ways[Math.floor(Math.random() * ways.length)],
  });
  response.end(
    JSON.stringify({ error: { message: Math.random() < 0.5 ? message : "slow down", type: "requests" } }),
  );
}

function fail(response, status) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: `status ${status}`, type: "storm" } }));
}

function succeed(body, answer, request, response) {
  if (body.stream) {
    stream(answer, request, response, Number.POSITIVE_INFINITY);
    return;
  }
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      id: "s",
      model: body.model,
      choices: [{ message: { content: answer }, finish_reason: "stop" }],
      usage,
    }),
  );
}

function stream(answer, request, response, cutAfter) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const parts = answer.match(/.{1,24}/gsu).map((content) => ({ choices: [{ delta: { content } }] }));
  const frames = [...parts, { choices: [{ delta: {}, finish_reason: "stop" }] }, { choices: [], usage }];
  const bytes = Buffer.from(
    `${frames.map((value) => `data: ${JSON.stringify(value)}\n\n`).join("")}data: [DONE]\n\n`,
  );
  let at = 0;
  let sent = 0;
  const next = () => {
    if (response.destroyed) return;
    if (sent++ === cutAfter) request.socket.destroy();
    else if (at >= bytes.length) response.end();
    else {
      // Odd borders, also inside characters.
      const to = at + 1 + Math.floor(Math.random() * 150);
      response.write(bytes.subarray(at, to), () => setImmediate(next));
      at = to;
    }
  };
  next();
}

server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", () => process.send({ times }));
process.on("disconnect", () => process.exit(0));
