// @ts-check
// The tables of docs/comparison.md.

const GROUPS = [
  ["0", "the interpreter"],
  ["1", "shared state"],
  ["2", "iterators and generators"],
  ["3", "state of the process and of libraries"],
  ["4", "locks"],
  ["5", "threads, async, signals"],
];

/**
 * @param {readonly import("./compare.js").ToolResult[]} results
 * @param {readonly import("./rival-tools.js").Rival[]} rivals
 * @param {{ date: string, command: string, fixes: number, correct: number }} run
 */
export function renderComparison(results, rivals, { date, command, fixes, correct }) {
  const [own] = results;
  const pairs = [...(own?.hazards.keys() ?? [])];
  return [
    `\`${command}\`, ${date}: ${fixes} real fixes, ${correct} correct files, ${pairs.length} pairs of examples.`,
    "### Real fixes and correct files",
    table(
      ["", "version", "HIT", "GONE", "by chance", "findings per 1,000 lines", "the same in correct files"],
      results.map((one) => [
        one.name,
        one.version,
        share(one.hit, fixes),
        share(one.gone, fixes),
        `${Math.round(100 * one.chance)} %`,
        perThousand(one.findings, one.lines),
        perThousand(one.correctFindings, one.correctLines),
      ]),
    ),
    "### Examples whose damage was seen",
    table(
      ["", "something in the unsafe one", "nothing in the safe one", "told apart"],
      results.map((one) => [
        one.name,
        share(
          count(one, pairs, ({ unsafe }) => unsafe),
          pairs.length,
        ),
        share(
          count(one, pairs, ({ safe }) => !safe),
          pairs.length,
        ),
        share(
          count(one, pairs, ({ apart }) => apart),
          pairs.length,
        ),
      ]),
    ),
    "Told apart, by group of rules:",
    table(
      ["", ...results.map(({ name }) => name)],
      GROUPS.map(([digit, title]) => {
        const group = pairs.filter((name) => name.startsWith(`ng${digit}`));
        return { title: `NG${digit}xx ${title}`, group };
      })
        .filter(({ group }) => group.length > 0)
        .map(({ title, group }) => [
          title,
          ...results.map((one) => `${count(one, group, ({ apart }) => apart)} of ${group.length}`),
        ]),
    ),
    "Which examples each of the others tells apart:",
    rivals
      .map(({ name }) => {
        const one = results.find((result) => result.name === name);
        const told = pairs.filter((pair) => one?.hazards.get(pair)?.apart);
        return `- ${name}: ${told.length === 0 ? "none" : told.map((pair) => `NG${pair.slice(2)}`).join(", ")}`;
      })
      .join("\n"),
    "### How they were run",
    table(
      ["", "made for", "run as"],
      rivals.map(({ name, version, madeFor, settings }) => [`${name} ${version}`, madeFor, settings]),
    ),
  ].join("\n\n");
}

/**
 * @param {import("./compare.js").ToolResult} result
 * @param {readonly string[]} pairs
 * @param {(pair: { unsafe: boolean, safe: boolean, apart: boolean }) => boolean} isCounted
 */
function count({ hazards }, pairs, isCounted) {
  return pairs.filter((name) => isCounted(hazards.get(name) ?? { unsafe: false, safe: false, apart: false }))
    .length;
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return `${Math.round((100 * part) / Math.max(1, whole))} % (${part} of ${whole})`;
}

/**
 * @param {number} findings
 * @param {number} lines
 */
function perThousand(findings, lines) {
  return ((1000 * findings) / Math.max(1, lines)).toFixed(1);
}
