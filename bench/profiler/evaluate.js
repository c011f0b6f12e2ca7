/**
 * Profiles every workload of bench/workloads and compares the cause that is named with the one that is expected.
 *
 *   node bench/profiler/evaluate.js measure --python P --out results.jsonl [--budget SECONDS] [--only a,b]
 *   node bench/profiler/evaluate.js table results.jsonl...
 *
 * `measure` appends one line a workload and leaves out those that the file has already, so that it can be run in
 * pieces of `--budget` seconds on a machine that must not be held for long. `table` prints Markdown.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseInterpreter } from "../../dist/interpreter/index.js";
import { CAUSES, profile } from "../../dist/profiler/index.js";

const FOLDER = fileURLToPath(new URL("../workloads/", import.meta.url));
const { workloads } = JSON.parse(readFileSync(`${FOLDER}index.json`, "utf8"));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string" },
    out: { type: "string" },
    only: { type: "string" },
    budget: { type: "string", default: "100000" },
    seconds: { type: "string", default: "0.9" },
    "max-threads": { type: "string", default: "32" },
  },
});

const [command, ...files] = positionals;
if (command === "measure" && values.out !== undefined) await measure(values.out);
else if (command === "table" && files.length > 0) table(files);
else throw new Error("usage: evaluate.js measure --python P --out FILE | table FILE...");

async function measure(out) {
  const interpreter = await chooseInterpreter(values.python === undefined ? {} : { python: values.python });
  const done = new Set(existsSync(out) ? lines(out).map(({ name }) => name) : []);
  const until = Date.now() + 1000 * Number(values.budget);
  const only = values.only?.split(",");
  let longest = 0;
  for (const workload of workloads) {
    if (done.has(workload.name) || (only !== undefined && !only.includes(workload.name))) continue;
    if (Date.now() + longest > until) break;
    if (!workload.needs.every((module) => hasModule(interpreter, module))) continue;
    const started = Date.now();
    const report = await profile({
      module: `${FOLDER}${workload.file}`,
      interpreter,
      seconds: Number(values.seconds),
      maxThreads: Number(values["max-threads"]),
    });
    longest = Math.max(longest, Date.now() - started);
    const expected = workload[report.gilEnabled ? "gil" : "freeThreaded"];
    appendFileSync(
      out,
      `${JSON.stringify({ name: workload.name, expected, took: Date.now() - started, ...report })}\n`,
    );
    const named = report.cause?.id ?? "not judged";
    const verdict = expected.includes(named) ? "" : "  <-- not expected";
    console.log(`${workload.name.padEnd(22)} ${named.padEnd(18)} expected ${expected.join(", ")}${verdict}`);
  }
}

function hasModule({ path }, module) {
  try {
    execFileSync(path, ["-c", `import ${module}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function lines(file) {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function table(paths) {
  for (const path of paths) {
    const reports = lines(path);
    const { machine, gilEnabled } = reports[0];
    const foreign = Math.max(...reports.map(({ foreignCpu }) => foreignCpu ?? 0));
    const dates = reports.map(({ date }) => date.slice(0, 10)).sort();
    console.log(`### Python ${machine.python}, GIL ${gilEnabled ? "on" : "off"}\n`);
    console.log(
      `${machine.cores} cores (${machine.cpu}), ${machine.system}, ${dates[0]}; at most ${(100 * foreign).toFixed(0)} % of the machine used by others.\n`,
    );
    const right = reports.filter(({ cause, expected }) => expected.includes(cause?.id));
    const first = reports.filter(({ cause, expected }) => expected[0] === cause?.id);
    const judged = reports.filter(({ cause }) => cause !== null);
    console.log(
      `${right.length} of ${reports.length} workloads get a cause that is right, ${first.length} the one expected first` +
        `${judged.length < reports.length ? `; ${reports.length - judged.length} were not judged` : ""}.\n`,
    );
    confusion(reports);
    console.log(
      "\n| workload | expected | named | knee | cliff | best ÷ one thread |\n| --- | --- | --- | ---: | ---: | ---: |",
    );
    for (const { name, expected, cause, knee, cliff, points } of reports) {
      const named = cause?.id ?? "not judged";
      const best = Math.max(...points.map(({ throughput }) => throughput)) / points[0].throughput;
      const shown = expected.includes(named) ? named : `**${named}**`;
      console.log(
        `| ${name} | ${expected.join(", ")} | ${shown} | ${knee ?? "–"} | ${cliff ?? "–"} | ${best.toFixed(2)} |`,
      );
    }
    console.log();
  }
}

/** Rows: what was expected first. Columns: what was named, counted as the expected one when it is right as well. */
function confusion(reports) {
  const used = CAUSES.filter((id) =>
    reports.some(({ cause, expected }) => cause?.id === id || expected[0] === id),
  );
  console.log(
    `| expected ↓ named → | ${used.join(" | ")} |\n| --- | ${used.map(() => "---:").join(" | ")} |`,
  );
  for (const row of used) {
    const mine = reports.filter(({ expected }) => expected[0] === row);
    if (mine.length === 0) continue;
    const cells = used.map((column) => mine.filter(({ cause }) => cause?.id === column).length || "");
    console.log(`| ${row} | ${cells.join(" | ")} |`);
  }
}
