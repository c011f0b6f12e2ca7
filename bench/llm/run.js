/**
 * CPU, rate and memory of the LLM client beside its peers and the floor. Contenders take turns, every
 * measurement is a process of its own, the median of the rounds is shown.
 *
 * node bench/llm/run.js [--rounds 3] [--only requests,chunks,streams,memory] [--count 3000] [--json FILE]
 */
import { execFile, fork } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "requests,chunks,streams,memory" },
    count: { type: "string", default: "3000" },
    memory: { type: "string", default: "100000" },
    contenders: { type: "string", default: "undici,nogil,fetch,openai,ai" },
    json: { type: "string" },
  },
});
if (!existsSync(here("../node_modules/openai"))) {
  console.error("the peers are not installed: npm install --prefix bench/llm");
  process.exit(2);
}

const server = fork(here("server.js"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
const { port } = await new Promise((resolve) => server.once("message", resolve));
const baseUrl = `http://127.0.0.1:${port}/v1`;
const run = promisify(execFile);

async function measure(contender, scenario, count) {
  const job = JSON.stringify({ contender, scenario, baseUrl, count });
  const { stdout } = await run(process.execPath, ["--expose-gc", here("measure.js"), job]);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const only = new Set(values.only.split(","));
const contenders = values.contenders.split(",");
const count = Number(values.count);
const plan = [
  ["requests:64", count],
  ["requests:512", count],
  ["chunks", Math.max(8, Math.round(count / 60))],
  ["streams", 1],
].filter(([name]) => only.has(name.split(":")[0]));

const results = {};
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [scenario, total] of plan) {
    if (scenario === "streams" && round > 0) continue;
    for (const contender of contenders) {
      // Slow peers get fewer requests: their cost per request does not depend on the number.
      const share = { ai: 8, openai: 4, fetch: 3 }[contender] ?? 1;
      const figures = await measure(contender, scenario, Math.ceil(total / share));
      results[scenario] ??= {};
      results[scenario][contender] ??= [];
      results[scenario][contender].push(figures);
    }
  }
}
if (only.has("memory")) {
  results.memory = { nogil: [await measure("nogil", "memory", Number(values.memory))] };
}

const summary = {};
for (const [scenario, byContender] of Object.entries(results)) {
  for (const [contender, rounds] of Object.entries(byContender)) {
    summary[scenario] ??= {};
    if (scenario === "memory") summary[scenario][contender] = rounds[0].samples;
    else {
      summary[scenario][contender] = Object.fromEntries(
        Object.keys(rounds[0]).map((key) => [key, median(rounds.map((figures) => figures[key]))]),
      );
    }
  }
}
for (const [scenario, byContender] of Object.entries(summary)) {
  console.log(`\n${scenario}`);
  const [key] = Object.keys(byContender.undici ?? {});
  for (const [contender, figures] of Object.entries(byContender)) {
    if (scenario === "memory") {
      for (const sample of figures)
        console.log(`  heap ${sample.heap.toFixed(1)} MB  rss ${sample.rss.toFixed(0)} MB`);
      continue;
    }
    const ratio =
      key && byContender.undici ? `  ${(figures[key] / byContender.undici[key]).toFixed(2)} × undici` : "";
    const text = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    console.log(`  ${contender.padEnd(8)} ${text.join("  ")}${ratio}`);
  }
}
if (values.json) {
  const about = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    rounds: Number(values.rounds),
  };
  writeFileSync(values.json, `${JSON.stringify({ about, summary }, null, 2)}\n`);
}
server.disconnect();
