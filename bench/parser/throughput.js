#!/usr/bin/env node
// Parses every Python file of a folder, by default an interpreter's standard library, with nogil's parser, CPython's and
// the peers of this folder's package.json: CPU time of the first pass and of the best later one, and the memory that
// the trees of a pass hold. Prints the table; --write puts it into docs/parser.md.
// --every N takes one file in N.
//
//   npm run build && npm install --ignore-scripts --prefix bench/parser
//   node bench/parser/throughput.js [FOLDER] [--python PYTHON] [--passes N] [--every N] [--write]
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.js";
import { writeSection } from "../section.js";
import { CPYTHON_SCRIPT, contestants } from "./contestants.js";

const MAX_OUTPUT_BYTES = 1 << 20;
/** Parsing goes on from this many bytes of kept trees by dropping them: some peers need 30 bytes a source byte. */
const KEPT_SOURCE_BYTES = 8_000_000;

const DOCUMENT = fileURLToPath(new URL("../../docs/parser.md", import.meta.url));
const PEERS = fileURLToPath(new URL(".", import.meta.url));
const OWN = "nogil";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    passes: { type: "string", default: "3" },
    every: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
    run: { type: "string" },
    memory: { type: "boolean", default: false },
  },
});
const python = interpreter(values.python);
const folder = positionals[0] ?? python.library;
const passes = Number(values.passes);
const files = pythonFiles(folder).filter((_, index) => index % Number(values.every) === 0);

if (values.run !== undefined) {
  console.log(JSON.stringify(await (values.memory ? measureMemory(values.run) : measure(values.run))));
} else compare();

function compare() {
  const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);
  const rows = [];
  for (const [name, contestant] of Object.entries(contestants)) {
    if (contestant.package !== undefined && !isInstalled(contestant.package)) {
      console.error(`${name} is left out: npm install --ignore-scripts --prefix bench/parser`);
      continue;
    }
    const script = fileURLToPath(import.meta.url);
    const args = ["--expose-gc", script, folder, "--run", name, "--passes", values.passes];
    args.push("--every", values.every);
    const speed = run(process.execPath, args);
    const version = contestant.package === undefined ? "" : ` ${installedVersion(contestant.package)}`;
    rows.push(row(name + version, bytes, { ...speed, ...run(process.execPath, [...args, "--memory"]) }));
  }
  const answer = run(values.python, ["-c", CPYTHON_SCRIPT, values.passes], JSON.stringify(files));
  rows.push(row(`CPython ${python.version}, \`ast.parse\``, bytes, answer));
  const report = render(bytes, rows);
  console.log(report);
  if (values.write) writeSection(DOCUMENT, "node bench/parser/throughput.js --write", report);
}

function run(command, args, input) {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${command} ${args[0]} ended with ${status}:\n${stderr}`);
}

function row(name, bytes, { seconds, memory, kept, failed }) {
  const rate = (time) => (bytes / 1e6 / time).toFixed(1);
  return [
    name,
    rate(seconds[0]),
    rate(Math.min(...seconds.slice(1))),
    (memory / (kept ?? bytes)).toFixed(1),
    failed === undefined ? "" : String(failed),
  ];
}

function render(bytes, rows) {
  const { processor, processors, node } = describeMachine();
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    `${processors} × ${processor}, Node ${node.slice(1)}, ${new Date().toISOString().slice(0, 10)}: ${positionals[0] === undefined ? `the standard library of CPython ${python.version}` : basename(folder)}, ${values.every === "1" ? "" : `one file in ${values.every}, `}${files.length} files, ${(bytes / 1e6).toFixed(1)} MB. Megabytes of source per second of CPU time, ${passes} passes.`,
    "",
    line([
      "parser",
      "first pass",
      "best later pass",
      "memory of the trees, bytes a source byte",
      "files rejected",
    ]),
    "|---|---|---|---|---|",
    ...rows.map(line),
  ].join("\n");
}

/** Version and standard library of the interpreter that is compared with. */
function interpreter(command) {
  const code =
    "import json, platform, sysconfig; " +
    "print(json.dumps({'version': platform.python_version(), 'library': sysconfig.get_path('stdlib')}))";
  return run(command, ["-c", code]);
}

function isInstalled(name) {
  return existsSync(join(PEERS, "node_modules", name, "package.json"));
}

function installedVersion(name) {
  return JSON.parse(readFileSync(join(PEERS, "node_modules", name, "package.json"), "utf8")).version;
}

async function measure(name) {
  const sources = files.map((file) => readFileSync(file));
  const parse = await contestants[name].load(PEERS);
  const seconds = [];
  let failed;
  for (let pass = 0; pass < passes; pass++) {
    const start = process.cpuUsage();
    for (const source of sources) {
      const tree = parse(source);
      tree.delete?.();
      if (pass === 0 && name === OWN && tree.problems.length > 0) failed = (failed ?? 0) + 1;
    }
    const { user, system } = process.cpuUsage(start);
    seconds.push((user + system) / 1e6);
  }
  return { seconds, failed };
}

/** Memory of the trees of the first files; in a process of its own, for what was freed before is noise. */
async function measureMemory(name) {
  const parse = await contestants[name].load(PEERS);
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
    .filter(({ parentPath, path }) => !(parentPath ?? path).includes("site-packages"))
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
