// @ts-check
// `npm run bench`: every contender in every row, for one Python with a GIL and one without; results go to
// bench/results/*.json and from there to docs/performance.md.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CONTENDERS } from "./contenders/contender.js";
import { findInterpreters, inspectInterpreter } from "./interpreters.js";
import { contenderVersions, describeMachine } from "./machine.js";
import { buildNative, installPeers } from "./peers.js";
import { renderTable, writeDocument } from "./report.js";
import { runRounds } from "./rounds.js";
import { ROWS } from "./rows/row.js";

const RESULTS = fileURLToPath(new URL("./results/", import.meta.url));
const PRODUCT = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const WORKLOAD = fileURLToPath(new URL("./python/workload.py", import.meta.url));
const USAGE = `npm run bench -- [options]
  --python FILE      an interpreter, may be given more than once (default: the newest with and the newest without a GIL)
  --rows A,B         of ${ROWS.join(", ")}
  --contenders A,B   of ${CONTENDERS.join(", ")}
  --no-write         show the table, leave bench/results and docs/performance.md as they are
  --report           only write docs/performance.md anew from bench/results
A choice of rows or contenders is never written.`;

const { values: options } = parseArgs({
  options: {
    python: { type: "string", multiple: true },
    rows: { type: "string" },
    contenders: { type: "string" },
    "no-write": { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) console.log(USAGE);
else if (options.report) await writeDocument();
else await bench();

async function bench() {
  const rows = choice("--rows", options.rows, ROWS);
  const contenders = choice("--contenders", options.contenders, CONTENDERS);
  if (contenders.includes("nogil") && !existsSync(PRODUCT)) {
    throw new Error(
      "dist/index.js is missing: build the package first, or leave nogil out with --contenders",
    );
  }
  const pythons = options.python?.map(inspectInterpreter) ?? findInterpreters();
  if (pythons.length === 0) throw new Error("no Python 3 found; name one with --python");
  installPeers();
  const complete = options.rows === undefined && options.contenders === undefined;
  for (const python of pythons) {
    buildNative(python);
    // Imported from the cache, as user code is: on a free-threaded build code compiled in place keeps counted constants.
    execFileSync(python.path, ["-m", "py_compile", WORKLOAD]);
    const machine = describeMachine();
    const begin = performance.now();
    const { path: _path, ...published } = python;
    const label = `${python.version}${python.freeThreaded ? "t" : ""}`;
    const cells = await runRounds(python, {
      rows,
      contenders,
      onProgress: (text) => process.stderr.write(`${label} ${elapsed(begin)} s  ${text}\n`),
    });
    /** @type {import("./report.js").Result} */
    const result = {
      format: 1,
      date: new Date().toISOString(),
      seconds: elapsed(begin),
      machine,
      python: published,
      versions: await contenderVersions(),
      rows: cells,
    };
    console.log(await renderTable(result));
    if (!complete || options["no-write"]) continue;
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(`${RESULTS}cpython-${label}.json`, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (complete && !options["no-write"]) await writeDocument();
}

/**
 * @param {string} option
 * @param {string | undefined} list
 * @param {string[]} allowed
 */
function choice(option, list, allowed) {
  if (list === undefined) return allowed;
  const names = list.split(",");
  const unknown = names.filter((name) => !allowed.includes(name));
  if (unknown.length > 0)
    throw new Error(`${option} ${unknown.join(",")}: expected some of ${allowed.join(", ")}`);
  return names;
}

/** @param {number} begin */
function elapsed(begin) {
  return Math.round((performance.now() - begin) / 1000);
}
