#!/usr/bin/env node
// @ts-check
// Measures the analyser on real bugs: a finding near the bug before the fix (HIT), its absence after it (GONE), how
// much else it says, and what marks placed at random would have hit. Prints the report, and writes it into
// docs/analyzer-evaluation.md or --output.
//
//   npm run eval:analyzer -- CASES.json --repos DIR [--target 3.14t] [--strict] [--output FILE] [--json FILE]
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeSection } from "../section.js";
import { BadInput, readCases } from "./cases.js";
import { renderEvaluation } from "./evaluation-report.js";
import { fileAt, findRepository, lineMap } from "./repository.js";
import { isHigh, score } from "./score.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/analyzer-evaluation.md", import.meta.url));
const USAGE =
  "usage: npm run eval:analyzer -- CASES.json --repos DIR [--target 3.14t] [--strict] [--output FILE] [--json FILE]";

/**
 * @typedef {object} Measured
 * @property {import("./score.js").Finding[]} findings
 * @property {string[]} errors
 * @property {number} lines
 */

/**
 * @typedef {object} FixResult
 * @property {import("./cases.js").FixCase} case
 * @property {Measured} before
 * @property {Measured} after
 * @property {import("./score.js").Score} all
 * @property {import("./score.js").Score} high only findings of severity high and critical
 */

/**
 * @typedef {object} CorrectResult
 * @property {import("./cases.js").CorrectCase} case
 * @property {Measured} measured
 */

/**
 * @typedef {object} Evaluation
 * @property {string} date
 * @property {string} command
 * @property {string} target
 * @property {FixResult[]} fixes
 * @property {CorrectResult[]} correct
 */

async function main() {
  const { values, positionals } = argumentsOf();
  const [file] = positionals;
  if (file === undefined || values.repos === undefined || positionals.length > 1) throw new BadInput(USAGE);
  const { fixes, correct } = readCases(file);
  const { analyze } = await import("../../dist/analyzer/index.js");
  const options = { target: values.target, strict: values.strict };
  const repos = values.repos;

  /**
   * @param {string} path
   * @param {Buffer} bytes
   * @returns {Promise<Measured>}
   */
  const measure = async (path, bytes) => {
    const { findings, errors } = await analyze({ sources: [{ path, source: bytes }], ...options });
    const lines = bytes.toString("latin1").split(/\r\n|\r|\n/).length;
    return { findings: [...findings], errors: errors.map(({ message }) => message), lines };
  };

  /** @type {Evaluation} */
  const evaluation = {
    date: new Date().toISOString().slice(0, 10),
    command: commandLine(file, values),
    target: values.target,
    fixes: [],
    correct: [],
  };
  for (const one of fixes) {
    const repository = findRepository(repos, one.repo);
    const before = await measure(one.path, fileAt(repository, one.parent, one.path));
    const after = await measure(one.path, fileAt(repository, one.commit, one.path));
    const place = { bugLines: one.lines_of_bug, lineCount: before.lines, map: lineMap(repository, one) };
    const all = score(before.findings, after.findings, place);
    const high = score(before.findings.filter(isHigh), after.findings, place);
    evaluation.fixes.push({ case: one, before, after, all, high });
  }
  for (const one of correct) {
    const repository = findRepository(repos, one.repo);
    const measured = await measure(one.path, fileAt(repository, one.commit, one.path));
    evaluation.correct.push({ case: one, measured });
  }

  const report = renderEvaluation(evaluation);
  console.log(report);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(evaluation, null, 2)}\n`);
  writeSection(values.output, "npm run eval:analyzer", report);
}

function argumentsOf() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        repos: { type: "string" },
        target: { type: "string", default: "3.14t" },
        strict: { type: "boolean", default: false },
        output: { type: "string", default: DOCUMENT },
        json: { type: "string" },
      },
    });
  } catch (error) {
    throw new BadInput(`${/** @type {Error} */ (error).message}\n${USAGE}`);
  }
}

/**
 * The command as anyone can repeat it: paths of the machine are left out.
 * @param {string} file
 * @param {{ target: string, strict: boolean }} values
 */
function commandLine(file, { target, strict }) {
  return `npm run eval:analyzer -- ${basename(file)} --repos DIR --target ${target}${strict ? " --strict" : ""}`;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
