// @ts-check
// From results to the tables of docs/concurrency.md: the worst first.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ADAPTIVE } from "./contestants.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/concurrency.md", import.meta.url));
const BEGIN = "<!-- eval: begin (written by `npm run eval:concurrency`, do not edit) -->";
const END = "<!-- eval: end -->";
/** What is compared with one number for all workloads. */
const FIXED_COLUMNS = ["fixed: 1", "fixed: 2", "fixed: 32"];
/** The goal: this share of the best fixed number, on every workload. */
const GOAL = 0.95;

/**
 * @typedef {object} Result
 * @property {1} format
 * @property {{ version: string, freeThreaded: boolean }} python
 * @property {import("../machine.js").Machine & { allowed: number }} [machine]
 * @property {Record<string, import("./protocol.js").Outcome & { blocks: number, seconds: number, coldSeconds: number, date: string }>} outcomes
 */

/**
 * Writes the part of docs/concurrency.md between the markers anew.
 * @param {string} folder of the results
 */
export function writeDocument(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const tables = files.sort().map((name) => render(JSON.parse(readFileSync(folder + name, "utf8"))));
  const generated = `${BEGIN}\n\n${tables.join("\n\n")}\n\n${END}`;
  const text = readFileSync(DOCUMENT, "utf8");
  const [head, tail] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (head < 0 || tail < head) throw new Error(`docs/concurrency.md has lost its markers: ${BEGIN} … ${END}`);
  writeFileSync(DOCUMENT, text.slice(0, head) + generated + text.slice(tail + END.length));
}

/**
 * @param {Result} result
 * @returns {string} Markdown
 */
export function render({ python, machine, outcomes }) {
  const rows = Object.values(outcomes).sort((a, b) => share(a, "nogil") - share(b, "nogil"));
  const columns = [...ADAPTIVE, ...FIXED_COLUMNS];
  const dates = rows.map(({ date }) => date).sort();
  const where =
    machine === undefined
      ? ""
      : `${machine.processors} × ${machine.processor}, ${machine.allowed} of them allowed, ${machine.memoryGB} GB, ${machine.kernel}, Node ${machine.node}; `;
  const lines = [
    `### CPython ${python.version}, ${python.freeThreaded ? "without a GIL" : "with a GIL"}`,
    "",
    `${where}${period(dates)}. ${rows.length} workloads; a figure is the share of what the best fixed number did in the same blocks.`,
    "",
    `| | best fixed | ${columns.join(" | ")} | nogil's first seconds | knee known after | over the cliff | A/A | dropped |`,
    `|---|---|${columns.map(() => "---|").join("")}---|---|---|---|---|`,
    ...rows.map((row) => {
      const cells = columns.map((name) => (name === "nogil" ? own(row) : figure(share(row, name))));
      const settled = row.settled === null ? "not yet" : `${row.settled.toFixed(1)} s`;
      return `| ${row.workload.replaceAll("_", " ")} | ${row.best} | ${cells.join(" | ")} | ${(row.cold.nogil ?? Number.NaN).toFixed(2)} | ${settled} | ${(row.overCliff * 100).toFixed(1)} % | ± ${(row.noise * 100).toFixed(0)} % | ${row.dropped} |`;
    }),
    "",
    "| | worst | at 0.95 or more | mean |",
    "|---|---|---|---|",
    ...columns.map((name) => {
      const shares = rows.map((row) => share(row, name)).filter(Number.isFinite);
      const reached = shares.filter((value) => value >= GOAL).length;
      const mean = shares.reduce((sum, value) => sum + value, 0) / shares.length;
      return `| ${name} | ${Math.min(...shares).toFixed(2)} | ${reached} of ${shares.length} | ${mean.toFixed(3)} |`;
    }),
  ];
  return lines.join("\n");
}

/** @param {number} value NaN where there was no quiet run */
function figure(value) {
  return Number.isFinite(value) ? value.toFixed(2) : "–";
}

/** @param {readonly string[]} dates ascending */
function period(dates) {
  return dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
}

/**
 * @param {Result["outcomes"][string]} row
 * @param {string} name
 */
function share(row, name) {
  return row.scores[name]?.share ?? Number.NaN;
}

/** @param {Result["outcomes"][string]} row */
function own(row) {
  const score = row.scores.nogil;
  if (score === undefined) return "";
  const interval = Number.isFinite(score.low) ? ` (${score.low.toFixed(2)}–${score.high.toFixed(2)})` : "";
  return `**${score.share.toFixed(2)}**${interval}`;
}
