/**
 * Articles written by a language model of fixed latency, sequentially and in parallel, with and without the GIL, on
 * threads and processes; beside them the least time that the limits allow, and the published claim for such a
 * pipeline (240 s sequential, 70 s in parallel).
 *
 * node bench/articles/run.js [--latency 1000] [--articles 1,4,8,12] [--rounds 1] [--json FILE]
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkConfig, runArticles } from "../../dist/articles/index.js";
import { allowedCores, findInterpreters } from "../../dist/interpreter/index.js";
import { describeMachine } from "../machine.js";
import { subjects } from "./subjects.js";

const CLAIM = { sequential: 240, parallel: 70 };
const LIMIT = 8;

const { values } = parseArgs({
  options: {
    latency: { type: "string", default: "1000" },
    articles: { type: "string", default: "1,4,8,12" },
    rounds: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const latency = Number(values.latency);
const counts = values.articles.split(",").map(Number);

const { interpreters } = await findInterpreters();
const withGil = interpreters.find(({ freeThreadedBuild }) => !freeThreadedBuild);
const without = interpreters.find(({ freeThreadedBuild }) => freeThreadedBuild);
const ways = [
  ["sequential", withGil, "process", true],
  ["GIL, threads", withGil, "thread", false],
  ["GIL, processes", withGil, "process", false],
  ["no GIL, threads", without, "thread", false],
  ["no GIL, processes", without, "process", false],
].filter(([, python]) => python !== undefined);

const server = fork(fileURLToPath(new URL("model-server.js", import.meta.url)), ["--serve"], {
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
const { baseUrl } = await new Promise((resolve) => server.once("message", resolve));
const folder = mkdtempSync(join(tmpdir(), "nogil-bench-articles-"));
writeFileSync(join(folder, "posts.jsonl"), subjects(Math.max(...counts) + 4));

let number = 0;
async function measure([, python, profile, sequential], articles, wait = latency) {
  const place = join(folder, String(++number));
  const config = checkConfig({
    articlesPerRun: articles,
    qualityThreshold: 0.3,
    sources: [{ type: "files", path: join(folder, "posts.jsonl") }],
    content: join(place, "posts"),
    state: join(place, "state"),
    model: `vllm/m?latency=${wait}`,
    baseUrl,
    checkLinks: false,
    limits: { generate: LIMIT },
  });
  const { report, published } = await runArticles({
    config,
    step: "run",
    cwd: folder,
    offline: true,
    sequential,
    profile,
    python: python.path,
  });
  if (published.length !== articles) throw new Error(`${published.length} of ${articles} articles`);
  return report;
}

/** What no schedule within the limits can beat, from the times of the sequential run (milliseconds). */
function ideal(sequential, articles) {
  const cores = Math.max(1, Math.floor(allowedCores().allowed));
  const of = (name) => sequential.stages.find((stage) => stage.name === name);
  const shared = ["collect", "select"].reduce((sum, name) => sum + of(name).milliseconds, 0);
  const read = of("read").milliseconds / Math.min(cores, of("read").done);
  const writing = ["generate", "illustrate", "check", "publish"].map(of);
  const cpu = writing.reduce((sum, { work }) => sum + work.cpu + work.io, 0);
  const llm = writing.reduce((sum, { work }) => sum + work.llm, 0) / articles;
  const rounds = Math.ceil(articles / LIMIT);
  return shared + read + Math.max(rounds * llm + cpu / articles, cpu / cores);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rows = [];
try {
  // The first run of each interpreter compiles and caches.
  for (const way of ways) await measure(way, 1, 0);
  for (const articles of counts) {
    const walls = new Map(ways.map(([name]) => [name, []]));
    const ideals = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const way of ways) {
        const report = await measure(way, articles);
        walls.get(way[0]).push(report.wall);
        if (way[3]) ideals.push(ideal(report, articles));
      }
    }
    const seconds = Object.fromEntries([...walls].map(([name, times]) => [name, median(times) / 1000]));
    rows.push({ articles, ideal: median(ideals) / 1000, seconds });
  }
} finally {
  server.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

console.log(`seconds; one answer of the model takes ${latency} ms, ${LIMIT} at once\n`);
for (const { articles, ideal, seconds } of rows) {
  console.log(`${articles} articles   (least within the limits: ${ideal.toFixed(2)})`);
  for (const [name, time] of Object.entries(seconds)) {
    const times = (seconds.sequential / time).toFixed(2);
    const share = name === "sequential" ? "" : `   ${((ideal / time) * 100).toFixed(0)} % of the ideal`;
    console.log(`  ${name.padEnd(18)} ${time.toFixed(2).padStart(7)}   ${times} ×${share}`);
  }
}
const last = rows.at(-1).seconds;
const concurrent = last["GIL, threads"];
const best = last["no GIL, threads"] ?? last["GIL, processes"];
const saved = last.sequential - best;
console.log(
  `\nclaim: ${CLAIM.sequential} s → ${CLAIM.parallel} s, ${(CLAIM.sequential / CLAIM.parallel).toFixed(2)} ×, ascribed to the missing GIL` +
    `\nhere, ${rows.at(-1).articles} articles: ${last.sequential.toFixed(1)} s → ${best.toFixed(1)} s, ${(last.sequential / best).toFixed(2)} ×; ` +
    `${(((last.sequential - concurrent) / saved) * 100).toFixed(0)} % of what is saved is concurrency that the GIL does not hinder`,
);
if (values.json) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine: describeMachine(), latency, limit: LIMIT, rows }, null, 2)}\n`,
  );
}
