// @ts-check
// `npm run eval:concurrency`: the controller and its rivals on live Python, workload by workload. Results of earlier runs
// are kept for workloads that are not run again, so that a run may be made in pieces.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { allowedCores } from "../../dist/interpreter/index.js";
import { findInterpreters, inspectInterpreter } from "../interpreters.js";
import { describeMachine } from "../machine.js";
import { evaluate } from "./protocol.js";
import { render, writeDocument } from "./report.js";

const RESULTS = fileURLToPath(new URL("./results/", import.meta.url));
const WORKLOADS = new URL("../workloads/", import.meta.url);
const USAGE = `npm run eval:concurrency -- [options]
  --workloads A,B    names in bench/workloads/index.json (default: all that can be imported)
  --python FILE      an interpreter (default: the newest without a GIL, else the newest)
  --blocks N         blocks, an even number (default 6): the best fixed number is chosen on odd ones, scores come from even ones
  --seconds S        of each contestant in each block (default 1)
  --cold S           of the cold start of each that adapts (default 5)
  --no-write         show the table, leave results and docs/concurrency.md as they are
  --report           only write docs/concurrency.md anew`;

const { values: options } = parseArgs({
  options: {
    workloads: { type: "string" },
    python: { type: "string" },
    blocks: { type: "string", default: "6" },
    seconds: { type: "string", default: "1" },
    cold: { type: "string", default: "5" },
    "no-write": { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) console.log(USAGE);
else if (options.report) writeDocument(RESULTS);
else await run();

async function run() {
  const python =
    options.python === undefined ? findInterpreters().at(-1) : inspectInterpreter(options.python);
  if (python === undefined) throw new Error("no Python 3 found; name one with --python");
  const blocks = positive("--blocks", options.blocks);
  if (blocks % 2 !== 0) throw new Error(`--blocks ${blocks}: expected an even number`);
  const { path, ...published } = python;
  const cores = allowedCores().allowed;
  const target = `${RESULTS}cpython-${python.version}${python.freeThreaded ? "t" : ""}.json`;
  /** @type {import("./report.js").Result} */
  const result = existsSync(target)
    ? JSON.parse(readFileSync(target, "utf8"))
    : { format: 1, python: published, outcomes: {} };
  for (const workload of chosen(path)) {
    const file = fileURLToPath(new URL(workload.file, WORKLOADS));
    const settings = {
      blocks,
      seconds: positive("--seconds", options.seconds),
      coldSeconds: positive("--cold", options.cold),
    };
    const onProgress = (/** @type {string} */ text) => process.stderr.write(`\r\x1b[K${text}`);
    const outcome = await evaluate(
      { name: workload.name, file },
      { python: path, cores, onProgress, ...settings },
    );
    process.stderr.write("\r\x1b[K");
    const date = new Date().toISOString().slice(0, 10);
    result.outcomes[workload.name] = { ...outcome, ...settings, date };
    result.machine = { ...describeMachine(), allowed: cores };
    if (options["no-write"]) continue;
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(target, `${JSON.stringify(result, rounded, 1)}\n`);
  }
  console.log(render(result));
  if (!options["no-write"]) writeDocument(RESULTS);
}

/** @param {string} python */
function chosen(python) {
  /** @type {{ name: string, file: string, needs: string[] }[]} */
  const all = JSON.parse(readFileSync(new URL("index.json", WORKLOADS), "utf8")).workloads;
  const names = options.workloads?.split(",") ?? all.map(({ name }) => name);
  const unknown = names.filter((name) => !all.some((workload) => workload.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `--workloads ${unknown.join(",")}: expected some of ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  return all.filter(({ name, needs }) => {
    if (!names.includes(name)) return false;
    try {
      if (needs.length > 0) execFileSync(python, ["-c", `import ${needs.join(", ")}`], { stdio: "ignore" });
      return true;
    } catch {
      console.error(`${name} is left out: ${needs.join(", ")} cannot be imported`);
      return false;
    }
  });
}

/** @param {string} option @param {string} text */
function positive(option, text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} ${text}: expected a number above 0`);
  return value;
}

/** @param {string} _key @param {unknown} value */
function rounded(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
