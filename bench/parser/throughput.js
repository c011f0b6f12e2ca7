#!/usr/bin/env node
// Parses every Python file of a folder with nogil's parser, CPython's and, if --peers names a folder where they are
// installed, others: CPU time of the first pass and of the best later one, and memory held by the trees of a pass.
//
//   npm run build && node bench/parser/throughput.js FOLDER [--python PYTHON] [--peers FOLDER] [--passes N]
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CPYTHON_SCRIPT, contestants } from "./contestants.js";

const MAX_OUTPUT_BYTES = 1 << 20;
/** Parsing goes on from this many bytes of kept trees by dropping them: some peers need 30 bytes a source byte. */
const KEPT_SOURCE_BYTES = 8_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    peers: { type: "string" },
    passes: { type: "string", default: "4" },
    run: { type: "string" },
    memory: { type: "boolean", default: false },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error(
    "usage: node bench/parser/throughput.js FOLDER [--python PYTHON] [--peers FOLDER] [--passes N]",
  );
  process.exit(2);
}
const passes = Number(values.passes);
const files = pythonFiles(folder);

if (values.run !== undefined) {
  console.log(JSON.stringify(await (values.memory ? measureMemory(values.run) : measure(values.run))));
} else compare();

function compare() {
  const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);
  console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB; MB of source per second of CPU time`);
  console.log("parser            first pass   later passes   memory, bytes a source byte   files rejected");
  for (const name of Object.keys(contestants)) {
    if (name !== "nogil" && values.peers === undefined) continue;
    const args = [
      "--expose-gc",
      fileURLToPath(import.meta.url),
      folder,
      "--run",
      name,
      "--passes",
      values.passes,
    ];
    if (values.peers !== undefined) args.push("--peers", values.peers);
    const speed = run(process.execPath, args);
    report(name, bytes, { ...speed, ...(speed && run(process.execPath, [...args, "--memory"])) });
  }
  report("CPython", bytes, run(values.python, ["-c", CPYTHON_SCRIPT, values.passes], JSON.stringify(files)));
}

function run(command, args, input) {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status === 0) return JSON.parse(stdout);
  console.error(stderr);
  return undefined;
}

function report(name, bytes, result) {
  if (result?.seconds === undefined || result.memory === undefined) {
    console.log(`${name.padEnd(16)} failed`);
    return;
  }
  const { seconds, memory, kept, failed } = result;
  const rate = (time) => (bytes / 1e6 / time).toFixed(1);
  const later = Math.min(...seconds.slice(1));
  const memoryRate = (memory / (kept ?? bytes)).toFixed(1);
  console.log(
    `${name.padEnd(16)} ${rate(seconds[0]).padStart(11)} ${rate(later).padStart(14)} ${memoryRate.padStart(29)} ` +
      `${failed === undefined ? "-".padStart(16) : String(failed).padStart(16)}`,
  );
}

async function measure(name) {
  const sources = files.map((file) => readFileSync(file));
  const parse = await contestants[name](values.peers ?? ".");
  const seconds = [];
  let failed;
  for (let pass = 0; pass < passes; pass++) {
    const start = process.cpuUsage();
    for (const source of sources) {
      const tree = parse(source);
      tree.delete?.();
      if (pass === 0 && name === "nogil" && tree.problems.length > 0) failed = (failed ?? 0) + 1;
    }
    const { user, system } = process.cpuUsage(start);
    seconds.push((user + system) / 1e6);
  }
  return { seconds, failed };
}

/** Memory of the trees of the first files; in a process of its own, for what was freed before is noise. */
async function measureMemory(name) {
  const parse = await contestants[name](values.peers ?? ".");
  const sources = [];
  let kept = 0;
  for (const file of files) {
    if (kept > KEPT_SOURCE_BYTES) break;
    const source = readFileSync(file);
    sources.push(source);
    kept += source.length;
  }
  globalThis.gc?.();
  const before = process.memoryUsage();
  const trees = sources.map((source) => parse(source));
  globalThis.gc?.();
  const after = process.memoryUsage();
  // WebAssembly memory is in neither figure of V8.
  const memory =
    name === "web-tree-sitter"
      ? after.rss - before.rss
      : after.heapUsed + after.external - before.heapUsed - before.external;
  return { memory, kept, trees: trees.length };
}

function pythonFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
