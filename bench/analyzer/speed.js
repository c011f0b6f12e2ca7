#!/usr/bin/env node
// @ts-check
// How long `nogil check` takes, against the goals of the design. Each figure is the best of a few whole processes, from
// their start to their end, and the machine should do nothing else meanwhile. Prints the table; --write puts it into
// docs/performance.md.
//
//   npm run build && node bench/analyzer/speed.js [--python PYTHON] [--packages FOLDER] [--runs N] [--write]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.js";
import { writeSection } from "../section.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const COMMAND = fileURLToPath(new URL("../../bin/nogil.js", import.meta.url));
const SELF = fileURLToPath(import.meta.url);
const MAX_REPORT_BYTES = 1 << 30;
/** What the design says of an editor: a file of so many lines, again. */
const EDITED_LINES = 2_000;
const EDITS = 25;

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    packages: { type: "string" },
    runs: { type: "string", default: "2" },
    write: { type: "boolean", default: false },
    child: { type: "string" },
    path: { type: "string" },
  },
});

if (values.child === "edits") console.log(JSON.stringify(await measureEdits(String(values.path))));
else if (values.child === "memory") console.log(JSON.stringify(await measureMemory(String(values.path))));
else main();

function main() {
  const { version, library } = interpreter();
  const cache = mkdtempSync(join(tmpdir(), "nogil-speed-"));
  try {
    const oneCore = best(() => check(library, { cores: 1 }));
    const allCores = best(() => check(library, {}));
    check(library, { cache });
    const unchanged = best(() => check(library, { cache }));
    const edits = child("edits", join(library, nearestTo(library, EDITED_LINES)));
    const memory = child("memory", library);
    const rows = [
      row("the standard library, one core", oneCore, "≤ 4 s", 4_000),
      row(`the standard library, ${availableParallelism()} cores`, allCores, "≤ 2.5 s", 2_500),
      row("the same again, nothing changed", unchanged, "≤ 0.5 s", 500),
    ];
    if (values.packages !== undefined) {
      const packages = best(() => check(String(values.packages), {}));
      rows.push(row(`site-packages, ${availableParallelism()} cores`, packages, "≤ 8 s for 130 MB", 8_000));
    }
    rows.push([
      `one file of ${edits.lines.toLocaleString("en")} lines again, as in an editor (median of ${EDITS})`,
      `${(edits.bytes / 1e3).toFixed(0)} kB`,
      `${edits.milliseconds.toFixed(1)} ms`,
      "≤ 15 ms",
      edits.milliseconds <= 15 ? "yes" : "**no**",
    ]);
    const perByte = memory.held / memory.bytes;
    rows.push([
      "memory that summaries, links and findings hold, a byte of source",
      `${(memory.bytes / 1e6).toFixed(1)} MB`,
      `${perByte.toFixed(1)} bytes (typed arrays and texts of the summaries: ${(memory.summaryBytes / memory.bytes).toFixed(1)})`,
      "≤ 4 bytes",
      perByte <= 4 ? "yes" : "**no**",
    ]);
    const report = render(version, rows);
    console.log(report);
    if (values.write) writeSection(DOCUMENT, "node bench/analyzer/speed.js --write", report);
  } finally {
    rmSync(cache, { recursive: true });
  }
}

/**
 * One `nogil check`, as a user runs it.
 * @param {string} path
 * @param {{ cores?: number, cache?: string }} options without a folder for the cache there is none
 */
function check(path, { cores, cache }) {
  const args = [COMMAND, "check", "--format", "json", ...(cache === undefined ? ["--no-cache"] : []), path];
  const [program, ...rest] =
    cores === 1 ? ["taskset", "-c", "0", process.execPath, ...args] : [process.execPath, ...args];
  const startedAt = performance.now();
  const { stdout, status, stderr } = spawnSync(String(program), rest, {
    encoding: "utf8",
    maxBuffer: MAX_REPORT_BYTES,
    env: { ...process.env, ...(cache === undefined ? {} : { XDG_CACHE_HOME: cache }) },
  });
  const milliseconds = performance.now() - startedAt;
  if (status === null || stdout === "") throw new Error(`nogil check ended with ${status}:\n${stderr}`);
  const { files, stats, findings } = JSON.parse(stdout);
  return { milliseconds, files, bytes: stats.bytes, phases: stats.milliseconds, findings: findings.length };
}

/**
 * @template {{ milliseconds: number }} T
 * @param {() => T} measure
 * @returns {T}
 */
function best(measure) {
  const runs = Array.from({ length: Number(values.runs) }, measure);
  return runs.reduce((least, run) => (run.milliseconds < least.milliseconds ? run : least));
}

/**
 * @param {string} what
 * @param {{ milliseconds: number, files: number, bytes: number }} run
 * @param {string} goal
 * @param {number} limit milliseconds
 */
function row(what, { milliseconds, files, bytes }, goal, limit) {
  return [
    what,
    `${files.toLocaleString("en")} files, ${(bytes / 1e6).toFixed(1)} MB`,
    `${(milliseconds / 1000).toFixed(2)} s`,
    goal,
    milliseconds <= limit ? "yes" : "**no**",
  ];
}

/**
 * @param {string} version
 * @param {string[][]} rows
 */
function render(version, rows) {
  const { processor, processors, node, loadAverage } = describeMachine();
  return [
    `${processors} × ${processor}, Node ${node.slice(1)}, ${new Date().toISOString().slice(0, 10)}, load average before the run ${loadAverage}; the standard library of CPython ${version} with its tests; best of ${values.runs} runs, each a whole process.`,
    "",
    "| `nogil check` | source | took | goal | met |",
    "|---|---|---|---|---|",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}

/**
 * In a process of its own: the compiled analyser analyses a file again and again, a little different each time.
 * @param {string} path
 */
async function measureEdits(path) {
  const { analyze } = await import("../../dist/analyzer/index.js");
  const source = readFileSync(path, "utf8");
  const times = [];
  for (let edit = 0; edit < 2 * EDITS; edit++) {
    const startedAt = performance.now();
    await analyze({ sources: [{ path: "edited.py", source: `${source}\nedit = ${edit}\n` }] });
    times.push(performance.now() - startedAt);
  }
  const counted = times.slice(EDITS).sort((a, b) => a - b);
  return { milliseconds: counted[EDITS >> 1] ?? 0, lines: source.split("\n").length, bytes: source.length };
}

/**
 * In a process of its own: what stays allocated while a project is linked.
 * @param {string} path
 */
async function measureMemory(path) {
  const { linkProject, summariseFile, summarySize } = await import("../../dist/analyzer/index.js");
  const files = pythonFiles(path);
  summariseFile("warm.py", readFileSync(join(path, files[0] ?? "")));
  globalThis.gc?.();
  const before = process.memoryUsage();
  const summaries = files.map((file) => summariseFile(file, readFileSync(join(path, file))));
  const linked = linkProject(summaries);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const held = after.heapUsed + after.external - before.heapUsed - before.external;
  const sum = (/** @type {number[]} */ amounts) => amounts.reduce((total, amount) => total + amount, 0);
  return {
    held,
    bytes: sum(summaries.map(({ bytes }) => bytes)),
    summaryBytes: sum(summaries.map(summarySize)),
    functions: linked.project.functions.length,
  };
}

/**
 * @param {string} mode
 * @param {string} path
 */
function child(mode, path) {
  const args = ["--expose-gc", SELF, "--child", mode, "--path", path];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** @returns {{ version: string, library: string }} */
function interpreter() {
  const code =
    "import json, platform, sysconfig; " +
    "print(json.dumps({'version': platform.python_version(), 'library': sysconfig.get_path('stdlib')}))";
  const { stdout } = spawnSync(String(values.python), ["-c", code], { encoding: "utf8" });
  return JSON.parse(stdout);
}

/**
 * The module of the library itself whose number of lines is nearest.
 * @param {string} library
 * @param {number} lines
 */
function nearestTo(library, lines) {
  const distance = (/** @type {string} */ name) =>
    Math.abs(readFileSync(join(library, name), "utf8").split("\n").length - lines);
  const names = readdirSync(library).filter((name) => name.endsWith(".py"));
  return names.reduce((nearest, name) => (distance(name) < distance(nearest) ? name : nearest));
}

/** @param {string} folder */
function pythonFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py") && !name.includes("site-packages"))
    .sort();
}
