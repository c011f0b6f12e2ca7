#!/usr/bin/env node
// @ts-check
// Runs `nogil check` and the static tools that a team would otherwise use on the same files: real fixes before and after,
// correct multi-threaded files, and the examples of tests/hazards. Writes the tables into docs/comparison.md.
//
//   node bench/analyzer/compare.js CASES.json --repos DIR [--venv DIR] [--skip pylint,…]
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findInterpreters } from "../interpreters.js";
import { writeSection } from "../section.js";
import { readCases } from "./cases.js";
import { renderComparison } from "./comparison-report.js";
import { fileAt, findRepository, lineMap } from "./repository.js";
import { installRivals, RIVALS } from "./rival-tools.js";
import { isHigh, score } from "./score.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/comparison.md", import.meta.url));
const HAZARDS = fileURLToPath(new URL("../../tests/hazards", import.meta.url));
const COMMAND = "node bench/analyzer/compare.js";
const TARGET = "3.14t";

/**
 * @typedef {object} ToolResult
 * @property {string} name
 * @property {string} version
 * @property {number} hit fixes with a finding near the bug
 * @property {number} gone of these, fixes after which each is absent
 * @property {number} chance that marks at random would have hit, the mean over the fixes
 * @property {number} findings before the fixes
 * @property {number} lines
 * @property {number} correctFindings in the correct files
 * @property {number} correctLines
 * @property {Map<string, { unsafe: boolean, safe: boolean, apart: boolean }>} hazards
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repos: { type: "string" }, venv: { type: "string" }, skip: { type: "string", default: "" } },
});
const [casesFile] = positionals;
if (casesFile === undefined || values.repos === undefined) {
  console.error(`usage: ${COMMAND} CASES.json --repos DIR [--venv DIR] [--skip pylint,…]`);
  process.exit(2);
}
const repos = values.repos;
const folder = mkdtempSync(join(tmpdir(), "nogil-compare-"));
try {
  const venv = values.venv ?? join(folder, "venv");
  if (values.venv === undefined) {
    const python = findInterpreters().find(({ freeThreaded }) => !freeThreaded);
    if (python === undefined) throw new Error("no Python found to install the other tools with");
    installRivals(python.path, venv);
  }
  const material = layOut(casesFile);
  const all = await ownFindings(material.files);
  const high = new Map([...all].map(([name, found]) => [name, found.filter(isHigh)]));
  /** @type {[string, string, Map<string, { rule: string, line: number }[]>][]} */
  const tools = [
    ["nogil check", ownVersion(), all],
    ["nogil check, high and critical only", ownVersion(), high],
  ];
  const rivals = RIVALS.filter(({ name }) => !values.skip.split(",").includes(name));
  for (const { name, version, check } of rivals) tools.push([name, version, check(venv, material.files)]);
  const results = tools.map(([name, version, found]) => measure(name, version, found, material));
  const report = renderComparison(results, rivals, {
    date: new Date().toISOString().slice(0, 10),
    command: `${COMMAND} ${basename(casesFile)} --repos DIR${values.skip === "" ? "" : ` --skip ${values.skip}`}`,
    fixes: material.fixes.length,
    correct: material.correct.length,
  });
  console.log(report);
  writeSection(DOCUMENT, COMMAND, report);
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Writes every file into one folder under a name of its own, so that no tool takes two for the same module.
 * @param {string} file
 */
function layOut(file) {
  const { fixes, correct } = readCases(file);
  const source = join(folder, "source");
  mkdirSync(source);
  /** @type {string[]} */
  const files = [];
  const write = (/** @type {string} */ name, /** @type {Buffer} */ bytes) => {
    files.push(join(source, name));
    writeFileSync(join(source, name), bytes);
  };
  for (const one of fixes) {
    const repository = findRepository(repos, one.repo);
    write(nameOf(one.id, "before"), fileAt(repository, one.parent, one.path));
    write(nameOf(one.id, "after"), fileAt(repository, one.commit, one.path));
  }
  for (const one of correct)
    write(nameOf(one.id, "correct"), fileAt(findRepository(repos, one.repo), one.commit, one.path));
  const hazards = readdirSync(HAZARDS).filter((name) => /^ng\d+b?$/.test(name));
  for (const name of hazards) {
    for (const kind of ["unsafe", "safe"])
      write(nameOf(name, kind), readFileSync(join(HAZARDS, name, `${kind}.py`)));
  }
  return { fixes, correct, hazards, files, source };
}

/**
 * @param {string} id
 * @param {string} kind
 */
function nameOf(id, kind) {
  return `case_${id.replaceAll("-", "_")}_${kind}.py`;
}

/** @param {readonly string[]} files */
async function ownFindings(files) {
  const { analyze } = await import("../../dist/analyzer/index.js");
  /** @type {Map<string, import("./score.js").Finding[]>} */
  const found = new Map();
  for (const file of files) {
    const path = basename(file);
    const { findings } = await analyze({ sources: [{ path, source: readFileSync(file) }], target: TARGET });
    found.set(path, [...findings]);
  }
  return found;
}

function ownVersion() {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/**
 * @param {string} name
 * @param {string} version
 * @param {Map<string, { rule: string, line: number }[]>} found
 * @param {ReturnType<typeof layOut>} material
 * @returns {ToolResult}
 */
function measure(name, version, found, { fixes, correct, hazards, source }) {
  const of = (/** @type {string} */ id, /** @type {string} */ kind) =>
    (found.get(nameOf(id, kind)) ?? []).map((one) => ({ severity: "", tier: "", message: "", ...one }));
  const lines = (/** @type {string} */ id, /** @type {string} */ kind) =>
    readFileSync(join(source, nameOf(id, kind)), "latin1").split(/\r\n|\r|\n/).length;
  const scores = fixes.map((one) =>
    score(of(one.id, "before"), of(one.id, "after"), {
      bugLines: one.lines_of_bug,
      lineCount: lines(one.id, "before"),
      map: lineMap(findRepository(repos, one.repo), one),
    }),
  );
  return {
    name,
    version,
    hit: scores.filter(({ hit }) => hit).length,
    gone: scores.filter(({ gone }) => gone).length,
    chance: sum(scores.map(({ chance }) => chance)) / Math.max(1, fixes.length),
    findings: sum(fixes.map(({ id }) => of(id, "before").length)),
    lines: sum(fixes.map(({ id }) => lines(id, "before"))),
    correctFindings: sum(correct.map(({ id }) => of(id, "correct").length)),
    correctLines: sum(correct.map(({ id }) => lines(id, "correct"))),
    hazards: new Map(
      hazards.map((id) => {
        const safe = new Set(of(id, "safe").map(({ rule }) => rule));
        const unsafe = of(id, "unsafe");
        const apart = unsafe.some(({ rule }) => !safe.has(rule));
        return [id, { unsafe: unsafe.length > 0, safe: safe.size > 0, apart }];
      }),
    ),
  };
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
