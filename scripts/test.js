// All checks, cheapest first, then the tests. Stops at the first check that fails.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => `node_modules/.bin/${name}`;

const checks = [
  ["types", bin("tsc"), ["-p", "tests"]],
  ["format and lint", bin("biome"), ["check", "--log-level=warn"]],
  ["layers", bin("depcruise"), ["--output-type=err", "src"]],
  ["unused code", bin("knip"), []],
];

for (const [name, command, args] of checks) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (result.status !== 0) {
    process.stderr.write(`${name}: failed\n${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  process.stdout.write(`${name}: ok\n`);
}

const tests = spawnSync(
  bin("vitest"),
  [
    "run",
    "--reporter=default",
    "--reporter=json",
    "--outputFile.json=.test-report.json",
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
);
process.exit(tests.status ?? 1);
