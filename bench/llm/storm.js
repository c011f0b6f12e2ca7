/**
 * The long storm: 100,000 calls against a provider that answers, refuses, fails, cuts and dawdles, with
 * callers who leave. Prints what was counted; exit code 1 when anything is out of order.
 *
 * node bench/llm/storm.js [--calls 100000] [--concurrency 256] [--rpm 12000]
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "100000" },
    concurrency: { type: "string", default: "256" },
    rpm: { type: "string", default: "12000" },
    trouble: { type: "string", default: "0.08" },
    seed: { type: "string", default: "1" },
  },
});

// The same storm as in the tests, compiled where it finds its modules and nobody looks for sources.
const folder = mkdtempSync(join(root, "node_modules/.nogil-storm-"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
let report;
try {
  const options = ["--outDir", folder, "--rootDir", root, "--noEmit", "false", "--incremental", "false"];
  execFileSync(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    join(root, "tests"),
    ...options,
  ]);
  const { storm } = await import(pathToFileURL(join(folder, "tests/llm/storm.js")).href);
  copyFileSync(join(root, "tests/llm/storm-server.js"), join(folder, "tests/llm/storm-server.js"));
  report = await storm({
    calls: Number(values.calls),
    concurrency: Number(values.concurrency),
    trouble: Number(values.trouble),
    seed: Number(values.seed),
    limits: { rpm: Number(values.rpm) },
  });
} finally {
  rmSync(folder, { recursive: true });
}
console.log(report);
const failures = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
const problems = [
  [report.wrong.length > 0, "wrong answers"],
  [report.answered + failures !== report.calls, "calls without an end"],
  [report.extraAttempts > report.calls * 0.1 + 10 + report.seconds / 10, "too many extra calls"],
  [report.peakMinute > Number(values.rpm), "more requests in a minute than allowed"],
  [Math.abs(report.spent - report.sumOfAttempts) > 1e-6, "money that does not add up"],
].flatMap(([wrong, what]) => (wrong ? [what] : []));
console.log(problems.length === 0 ? "in order" : `OUT OF ORDER: ${problems.join(", ")}`);
process.exit(problems.length === 0 ? 0 : 1);
