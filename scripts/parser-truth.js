#!/usr/bin/env node
// Compares the parser with CPython's `ast` on every Python file of the standard library, the site-packages and the
// dist-packages of every interpreter on this machine, and writes the totals into docs/parser.md. Takes tens of minutes;
// the test that `npm test` runs takes a sample of the same.
//
//   node scripts/parser-truth.js
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSection } from "../bench/section.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = join(ROOT, "docs", "parser.md");
const COMMAND = "node scripts/parser-truth.js";
const TEST = "tests/analyzer/syntax/truth.test.ts";

const folder = mkdtempSync(join(tmpdir(), "nogil-truth-"));
const file = join(folder, "totals.json");
try {
  const { status } = spawnSync(join("node_modules", ".bin", "vitest"), ["run", TEST], {
    cwd: ROOT,
    env: { ...process.env, NOGIL_SWEEP_TOTALS: file },
    stdio: "inherit",
  });
  writeSection(DOCUMENT, COMMAND, render(JSON.parse(readFileSync(file, "utf8"))));
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {{ files: number, bytes: number, equal: number, rejected: number, newer: number, nodes: number, differences: string[], judges: string[], libraries: string[] }} totals */
function render({ files, bytes, equal, rejected, newer, nodes, differences, judges, libraries }) {
  const number = (value) => value.toLocaleString("en-US");
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}:`,
    "",
    "| | |",
    "|---|---|",
    `| libraries of CPython | ${libraries.join(", ")} |`,
    `| judged by the \`ast\` of CPython | ${judges.join(", ")}: the newest that accepts a file |`,
    `| distinct files | ${number(files)} (${number(Math.round(bytes / 1e6))} MB) |`,
    `| equal in kind, start, end and content of every node | ${number(equal)} files, ${number(nodes)} nodes |`,
    `| rejected by CPython and by us | ${number(rejected)} files |`,
    `| Python 2 that is Python 3.14 too (\`except A, B:\`), which no interpreter here knows | ${number(newer)} files |`,
    `| different | **${number(differences.length)}** |`,
    ...differences.map((text) => `| | ${text.replaceAll("|", "\\|").replace(/^\S*\/lib\//, "")} |`),
  ].join("\n");
}
