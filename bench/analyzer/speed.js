#!/usr/bin/env node
// @ts-check
// How long `nogil check` takes, against the goals of the design. Each figure is the best of a few whole processes, from
// their start to their end, and the machine should do nothing else meanwhile. Prints the table; --write puts it into
// docs/performance.md, beside the rows that other runs with --rows measured.
//
//   npm run build && node bench/analyzer/speed.js [--python PYTHON] [--packages FOLDER] [--runs N] [--rows IDS] [--write]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.js";
import { writeSection } from "../section.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const RESULTS = fileURLToPath(new URL("speed.json", import.meta.url));
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
    rows: { type: "string" },
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
  const cores = availableParallelism();
  /** @type {Record<string, () => string[]>} */
  const measures = {
    "one-core": () =>
      row(
        "the standard library, one core",
        best(() => check(library, { cores: 1 })),
        "≤ 4 s",
        4_000,
      ),
    "all-cores": () =>
      row(
        `the standard library, ${cores} cores`,
        best(() => check(library, {})),
        "≤ 2.5 s",
        2_500,
      ),
    unchanged: () => {
      check(library, { cache });
      return row(
        "the same again, nothing changed",
        best(() => check(library, { cache })),
        "≤ 0.5 s",
        500,
      );
    },
    packages: () => {
      if (values.packages === undefined) throw new Error("--packages FOLDER says which site-packages");
      const folder = values.packages;
      return row(
        `site-packages, ${cores} cores`,
        best(() => check(folder, {})),
        "≤ 8 s for 130 MB",
        8_000,
      );
    },
    edits: () => editRow(child("edits", join(library, nearestTo(library, EDITED_LINES)))),
    memory: () => memoryRow(child("memory", library)),
  };
  try {
    const chosen = values.rows?.split(",") ?? Object.keys(measures);
    const measured = chosen.map((id) => {
      const measure = measures[id];
      if (measure === undefined)
        throw new Error(`no row ${id}; there are ${Object.keys(measures).join(", ")}`);
      return [id, [...measure(), describe(version)]];
    });
    const earlier = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
    const all = { ...(values.write ? earlier : {}), ...Object.fromEntries(measured) };
    const rows = Object.keys(measures).flatMap((id) => (id in all ? [all[id]] : []));
    const report = render(rows);
    console.log(report);
    if (!values.write) return;
    writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
    writeSection(DOCUMENT, "node bench/analyzer/speed.js --write", report);
  } finally {
    rmSync(cache, { recursive: true });
  }
}

/** @param {{ lines: number, bytes: number, milliseconds: number }} edits */
function editRow({ lines, bytes, milliseconds }) {
  return [
    `one file of ${lines.toLocaleString("en")} lines again, as in an editor (median of ${EDITS})`,
    `${(bytes / 1e3).toFixed(0)} kB`,
    `${milliseconds.toFixed(1)} ms`,
    "≤ 15 ms",
    milliseconds <= 15 ? "yes" : "**no**",
  ];
}

/** @param {{ held: number, bytes: number, summaryBytes: number }} memory */
function memoryRow({ held, bytes, summaryBytes }) {
  const perByte = held / bytes;
  return [
    "memory that summaries, links and findings hold, a byte of source",
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${perByte.toFixed(1)} bytes (typed arrays and texts of the summaries: ${(summaryBytes / bytes).toFixed(1)})`,
    "≤ 4 bytes",
    perByte <= 4 ? "yes" : "**no**",
  ];
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

/** @param {string} version */
function describe(version) {
  return `${new Date().toISOString().slice(0, 10)}, CPython ${version}, best of ${values.runs}`;
}

/** @param {string[][]} rows */
function render(rows) {
  const { processor, processors, node } = describeMachine();
  return [
    `${processors} × ${processor}, Node ${node.slice(1)}; the standard library with its tests; each run is a whole process.`,
    "",
    "| `nogil check` | source | took | goal | met | measured |",
    "|---|---|---|---|---|---|",
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
