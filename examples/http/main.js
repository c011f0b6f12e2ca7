// An HTTP endpoint that computes in Python, and the load that shows how it behaves:
//   node examples/http/main.js                answers 400 requests of its own, prints what came back, and ends
//   node examples/http/main.js --serve 8080   serves until Ctrl-C
//
// The handler is a function from Request to Response, as Hono and others take it: app.get("/primes", (c) => answer(c.req.raw)).
import { createServer } from "node:http";
import { createPool, QueueFull, TaskTimeout } from "nogil";

const REQUESTS = 400;
const AT_ONCE = 50;
/** Requests that may wait for a thread; more are told to come back, instead of waiting ever longer. */
const MAX_QUEUE = 100;
const TIMEOUT_MS = 2_000;

const pool = await createPool({ module: new URL("work.py", import.meta.url), maxQueue: MAX_QUEUE });

/** @param {Request} request */
async function answer(request) {
  const url = new URL(request.url);
  // A client that goes away cancels its task.
  const options = { timeout: TIMEOUT_MS, signal: request.signal };
  try {
    if (url.pathname === "/slow") return Response.json(await pool.call("slow", [60], options));
    const below = Number(url.searchParams.get("below"));
    if (!Number.isSafeInteger(below) || below < 0 || below > 10_000_000)
      return Response.json({ error: "below: a whole number from 0 to 10000000" }, { status: 400 });
    return Response.json({ below, primes: await pool.call("primes", [below], options) });
  } catch (error) {
    if (error instanceof QueueFull) return Response.json({ error: "busy" }, { status: 503 });
    if (error instanceof TaskTimeout) return Response.json({ error: "too slow" }, { status: 504 });
    return Response.json({ error: String(error) }, { status: 500 });
  }
}

const server = createServer(async (message, reply) => {
  const gone = new AbortController();
  reply.on("close", () => reply.writableFinished || gone.abort());
  const response = await answer(new Request(`http://localhost${message.url}`, { signal: gone.signal }));
  reply.writeHead(response.status, { "content-type": "application/json" }).end(await response.text());
});

const isServing = process.argv[2] === "--serve";
await new Promise((resolve) => server.listen(isServing ? Number(process.argv[3]) : 0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;
if (isServing) console.log(`${address}/primes?below=1000000`);
else {
  await load();
  server.close();
  server.closeAllConnections();
  await pool.close();
}

async function load() {
  const statuses = new Map();
  let sent = 0;
  const client = async () => {
    while (sent < REQUESTS) {
      const below = 1_000 + (sent++ % 100);
      const response = await fetch(`${address}/primes?below=${below}`);
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      const { primes } = await response.json();
      if (primes !== primesBelow(below)) throw new Error(`${primes} primes below ${below}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  console.log(`${statuses.get(200)} of ${REQUESTS} requests answered, all of them right`);
  const wrong = await fetch(`${address}/primes?below=many`);
  console.log(`a wrong parameter: ${wrong.status}`);

  const leaving = new AbortController();
  const slow = fetch(`${address}/slow`, { signal: leaving.signal }).catch((error) => error.name);
  while (pool.stats().running === 0) await new Promise((resolve) => setImmediate(resolve));
  leaving.abort();
  console.log(`a client that leaves: ${await slow}`);
  while (pool.stats().running > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  console.log("its task: stopped");

  const crowd = Array.from({ length: 4 * MAX_QUEUE }, () => pool.call("primes", [200_000]));
  const refused = (await Promise.allSettled(crowd)).filter(({ reason }) => reason instanceof QueueFull);
  console.log(`a crowd is partly refused: ${refused.length > 0}`);
}

function primesBelow(below) {
  let count = 0;
  for (let number = 2; number < below; number++) {
    let factor = 2;
    while (factor * factor <= number && number % factor !== 0) factor++;
    if (factor * factor > number) count++;
  }
  return count;
}
