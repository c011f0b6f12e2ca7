// Runs the fault matrix and writes its table into docs/reliability.md, between the marks.
//   node scripts/faults.js [--injections 200] [-t "name of a row"]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { injections: { type: "string", default: "200" }, t: { type: "string", short: "t" } },
});
const injections = Number(values.injections);
if (!Number.isInteger(injections) || injections < 1) {
  console.error(`--injections is ${values.injections}, expected a whole number, 1 or more`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "nogil-faults-"));
const report = join(folder, "outcomes.jsonl");
writeFileSync(report, "");
const run = spawnSync(
  join(root, "node_modules/.bin/vitest"),
  [
    "run",
    "tests/faults/matrix.test.ts",
    "--reporter=verbose",
    ...(values.t === undefined ? [] : ["-t", values.t]),
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NOGIL_FAULTS: String(injections), NOGIL_FAULTS_REPORT: report },
  },
);
const outcomes = readFileSync(report, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
rmSync(folder, { recursive: true });

/** The smallest value that is not below the share `p` of all. */
function percentile(numbers, p) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)];
}
const milliseconds = (number) =>
  number === undefined ? "" : number < 10 ? number.toFixed(1) : String(Math.round(number));
const sum = (list, get) => list.reduce((total, item) => total + get(item), 0);

function faultTable() {
  const lines = [
    "| fault | injections | lost | settled or run twice | orphans | leaks | detection p99, ms | replacement p99, ms |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
  ];
  for (const row of new Set(outcomes.map((outcome) => outcome.row))) {
    const all = outcomes.filter((outcome) => outcome.row === row);
    const p99 = (kind) =>
      milliseconds(
        percentile(
          all.flatMap(({ measured }) => measured[kind]),
          0.99,
        ),
      );
    const counts = ["injections", "lost", "twice", "orphans"].map((key) =>
      sum(all, (outcome) => outcome[key]),
    );
    lines.push(
      `| ${[row, ...counts, sum(all, ({ leaks }) => leaks.length), p99("detection"), p99("ready")].join(" | ")} |`,
    );
  }
  return lines;
}

function cancelTable() {
  const lines = ["| step | cancellations | p50, ms | p99, ms |", "|---|---:|---:|---:|"];
  for (const step of ["cooperative", "interrupted", "killed"]) {
    const times = outcomes.flatMap(({ measured }) => measured.steps[step]);
    lines.push(
      `| ${[step, times.length, milliseconds(percentile(times, 0.5)), milliseconds(percentile(times, 0.99))].join(" | ")} |`,
    );
  }
  return lines;
}

const pythons = [...new Set(outcomes.map(({ python }) => python))].join(" and ");
const text = [
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, ` +
    `Node ${process.versions.node}, Python ${pythons}; ${injections} injections a row, Python and profile (rows of several seconds: fewer).`,
  "",
  ...faultTable(),
  "",
  "Cancellation, from `cancel()` to the task's end. The grace is 50 ms here (cooperative: 3 s) and `killAfter` 300 ms:",
  "",
  ...cancelTable(),
].join("\n");
console.log(text);

if (values.t === undefined) {
  const path = join(root, "docs/reliability.md");
  const before = readFileSync(path, "utf8");
  const marks = /(<!-- faults:start -->\n)[\s\S]*(<!-- faults:end -->)/;
  writeFileSync(
    path,
    before.replace(marks, (_, start, end) => `${start}${text}\n${end}`),
  );
}
process.exit(run.status ?? 1);
