/**
 * A model that costs nothing: chat completions over plain HTTP in a process of its own. The model's name
 * says how it behaves, as a query string: `m?latency=20&chunks=500&rate=100&tokens=8&refuse=0.05&fail=0.05`.
 *
 * latency  ms before the answer        chunks  pieces of a streamed answer
 * rate     pieces a second, 0: at once  refuse  share of 429 answers   fail  share of 500 answers
 */
import { createServer } from "node:http";

const TEXT = "The quick brown fox jumps over the lazy dog. ";
const head = { id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1, model: "bench" };
const PIECE = `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: { content: " token" }, finish_reason: null }] })}\n\n`;
const FINISH = `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
const usage = { prompt_tokens: 12, completion_tokens: 10, total_tokens: 22 };
const END = `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\ndata: [DONE]\n\n`;
const PLAIN = JSON.stringify({
  ...head,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: TEXT.repeat(4) }, finish_reason: "stop" }],
  usage,
});

function fail(response, status) {
  response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "10" });
  response.end(JSON.stringify({ error: { message: `bench ${status}`, type: "bench" } }));
}

function stream(response, options) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let left = options.chunks;
  const finish = () => response.end(FINISH + END);
  if (options.rate > 0) {
    const timer = setInterval(() => {
      if (response.destroyed || left-- === 0) {
        clearInterval(timer);
        finish();
      } else response.write(PIECE);
    }, 1_000 / options.rate);
    return;
  }
  // A turn of the loop between pieces, so that each is a chunk of its own on the wire.
  const next = () => {
    if (response.destroyed) return;
    if (left-- === 0) finish();
    else response.write(PIECE, () => setImmediate(next));
  };
  next();
}

function answer(body, response) {
  const query = new URLSearchParams(body.model.split("?")[1] ?? "");
  const number = (name) => Number(query.get(name) ?? 0);
  const respond = () => {
    if (response.destroyed) return;
    if (Math.random() < number("refuse")) fail(response, 429);
    else if (Math.random() < number("fail")) fail(response, 500);
    else if (body.stream) stream(response, { chunks: number("chunks"), rate: number("rate") });
    else {
      response.writeHead(200, { "content-type": "application/json", "content-length": PLAIN.length });
      response.end(PLAIN);
    }
  };
  if (number("latency") > 0) setTimeout(respond, number("latency"));
  else respond();
}

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => answer(JSON.parse(text), response));
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit(0));
