// @ts-check
// From results to Markdown: a table for each interpreter, what must be known to read it, and the goals with their figures.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CONTENDERS, loadContender } from "./contenders/contender.js";
import { countedSamples, valuesByRound } from "./counted-samples.js";
import { QUIET_SHARE } from "./foreign-load.js";
import { judgeGoals } from "./goals.js";
import { loadRow, ROWS } from "./rows/row.js";
import { summarise } from "./statistics.js";

const RESULTS = fileURLToPath(new URL("./results/", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const BEGIN = "<!-- bench: begin (written by `npm run bench`, do not edit) -->";
const END = "<!-- bench: end -->";

/**
 * @typedef {object} Result
 * @property {1} format
 * @property {string} date
 * @property {number} seconds
 * @property {import("./machine.js").Machine} machine
 * @property {Omit<import("./contenders/contender.js").Interpreter, "path">} python
 * @property {Record<string, string>} versions
 * @property {import("./rounds.js").Cells} rows
 */

/** Writes the part of docs/performance.md between the markers anew, from all of bench/results. */
export async function writeDocument() {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS).filter((name) => name.endsWith(".json")) : [];
  const sections = [];
  for (const name of files.sort()) {
    sections.push(await renderTable(JSON.parse(readFileSync(RESULTS + name, "utf8"))));
  }
  const generated = `${BEGIN}\n\n${sections.join("\n\n")}\n\n${END}`;
  const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : `# Performance\n\n${BEGIN}\n${END}\n`;
  const [head, tail] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (head < 0 || tail < head) throw new Error(`docs/performance.md has lost its markers: ${BEGIN} … ${END}`);
  writeFileSync(DOCUMENT, text.slice(0, head) + generated + text.slice(tail + END.length));
}

/**
 * @param {Result} result
 * @returns {Promise<string>} Markdown
 */
export async function renderTable(result) {
  const contenders = await Promise.all(CONTENDERS.map(loadContender));
  const shown = contenders.filter(({ id }) => Object.values(result.rows).some((cells) => id in cells));
  /** @type {string[]} */
  const notes = [];
  /** @param {string} text */
  const note = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return `<sup>${notes.indexOf(text) + 1}</sup>`;
  };
  const lines = [
    `| | ${shown.map(({ title }) => title).join(" | ")} |`,
    `|---|${shown.map(() => "---").join("|")}|`,
  ];
  for (const id of ROWS.filter((id) => id in result.rows)) {
    const row = await loadRow(id);
    const cells = result.rows[id] ?? {};
    const texts = shown.map((contender) => renderCell(row, cells[contender.id], contender, note));
    lines.push(`| ${row.title} | ${texts.join(" | ")} |`);
  }
  return [
    `### CPython ${result.python.version}, ${result.python.freeThreaded ? "free-threaded" : "with a GIL"}`,
    describe(result),
    lines.join("\n"),
    "Median (quartiles). *Bare echo* columns are floors: what the pipe itself costs, not something one could use.",
    notes.map((text, index) => `${index + 1}. ${text}`).join("\n"),
    await renderGoals(result),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/**
 * @param {import("./rows/row.js").Row} row
 * @param {import("./rounds.js").Cell | undefined} cell
 * @param {import("./contenders/contender.js").Contender} contender
 * @param {(text: string) => string} note
 */
function renderCell(row, cell, contender, note) {
  if (cell === undefined || cell.status === "not applicable") return "";
  const remark = cell.remark === undefined ? "" : note(`${contender.title}, ${row.title}: ${cell.remark}.`);
  if (cell.status === "cut off") return `> ${row.timeLimitMs / 1000} s${remark}`;
  const why = cell.reason === undefined ? "" : note(`${contender.title}: ${cell.reason}.`);
  if (cell.status === "outcome") return `${cell.outcome}${why}${remark}`;
  if (cell.status !== "measured") return `${cell.status}${why}`;
  const { median, q1, q3 } = summarise([...valuesByRound(cell).values()]);
  const disturbed = countedSamples(cell).quiet ? "" : " ~";
  const own = contender.kind === "nogil" ? "**" : "";
  return `${own}${figure(median, row.unit)}${own} (${number(q1, row.unit)}–${number(q3, row.unit)})${disturbed}${remark}`;
}

/** @param {Result} result */
function describe(result) {
  const { machine, versions } = result;
  const samples = Object.values(result.rows).flatMap((cells) =>
    Object.values(cells).flatMap((cell) => cell.samples),
  );
  const noisy = samples.filter(({ quiet }) => !quiet).length;
  const quiet =
    samples.length === 0
      ? ""
      : noisy === 0
        ? `The machine was quiet: others used at most ${QUIET_SHARE * 100} % of it in each of ${samples.length} samples.`
        : `The machine was **not quiet**: in ${noisy} of ${samples.length} samples others used more than ${QUIET_SHARE * 100} % of it. They are left out where at least half of a cell's samples were quiet; the other cells are marked ~.`;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${machine.processors} × ${machine.processor}, ${machine.memoryGB} GB, ${machine.kernel}, Node ${machine.node.slice(1)}, ${packages.join(", ")}; ${result.date.slice(0, 10)}, ${result.seconds} s. ${quiet}`;
}

/** @param {Result} result */
async function renderGoals(result) {
  const goals = await judgeGoals(result);
  if (goals.length === 0) return "";
  const lines = goals.map(
    ({ goal, figure, met, quiet }) =>
      `| ${goal} | ${figure} | ${met ? "yes" : "**no**"}${quiet ? "" : " (machine not quiet)"} |`,
  );
  return ["| goal | measured, median of paired rounds (quartiles) | met |", "|---|---|---|", ...lines].join(
    "\n",
  );
}

/**
 * @param {number} value
 * @param {import("./rows/row.js").Row["unit"]} unit
 */
function figure(value, unit) {
  if (unit === "calls/s") return number(value, unit);
  return unit === "x" ? `${number(value, unit)}×` : `${number(value, unit)} ${unit === "us" ? "µs" : unit}`;
}

/**
 * @param {number} value
 * @param {import("./rows/row.js").Row["unit"]} unit
 */
function number(value, unit) {
  if (unit === "x") return value.toFixed(2);
  if (unit === "calls/s") return `${(value / 1000).toFixed(1)} k`;
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
