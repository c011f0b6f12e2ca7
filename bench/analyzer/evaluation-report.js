// @ts-check
// The evaluation as Markdown: goals, rates by severity and tier, one row a case.
import { isHigh, NEAR_LINES } from "./score.js";

const SEVERITIES = ["critical", "high", "medium", "low", "performance", "information"];

/**
 * @param {import("./evaluate.js").Evaluation} evaluation
 * @returns {string}
 */
export function renderEvaluation(evaluation) {
  return [
    `\`${evaluation.command}\`, ${evaluation.date}: ${evaluation.fixes.length} real fixes, ${evaluation.correct.length} correct files.`,
    ...(evaluation.fixes.length === 0
      ? []
      : [fixSummary(evaluation), rates(evaluation), fixTable(evaluation)]),
    ...(evaluation.correct.length === 0 ? [] : [correctTable(evaluation)]),
    problems(evaluation),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** @param {import("./evaluate.js").Evaluation} evaluation */
function fixSummary({ fixes, correct }) {
  const lines = sum(fixes.map(({ before }) => before.lines));
  /** @param {"all" | "high"} which */
  const row = (which) => {
    const scores = fixes.map((one) => one[which]);
    const findings = sum(
      fixes.map(({ before }) => before.findings.filter((one) => which === "all" || isHigh(one)).length),
    );
    return [
      share(scores.filter(({ hit }) => hit).length, fixes.length),
      share(scores.filter(({ gone }) => gone).length, fixes.length),
      share(scores.filter(({ partlyGone }) => partlyGone).length, fixes.length),
      perThousand(findings, lines),
      `${Math.round((100 * sum(scores.map(({ chance }) => chance))) / fixes.length)} %`,
    ];
  };
  const correctLines = sum(correct.map(({ measured }) => measured.lines));
  const correctHigh = sum(correct.map(({ measured }) => measured.findings.filter(isHigh).length));
  return [
    table(
      ["findings counted", "HIT", "GONE", "partly gone", "per 1,000 lines", "HIT by chance"],
      [
        ["all severities", ...row("all")],
        ["*goal*", "≥ 75 %", "≥ 60 %", "", "≤ 6", ""],
        ["high and critical", ...row("high")],
        ["*goal*", "≥ 50 %", "", "", "≤ 1.5", ""],
      ],
    ),
    `HIT: a finding at most ${NEAR_LINES} lines from a line of the bug, before the fix. GONE: each such finding is absent after it (same rule, same place, followed through the diff); partly gone: at least one is. By chance: the share that as many marks on random lines of the same file would hit.`,
    correct.length === 0
      ? ""
      : `Correct multi-threaded files: ${perThousand(correctHigh, correctLines)} findings of severity high or critical per 1,000 lines (goal ≤ 0.3).`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** @param {import("./evaluate.js").Evaluation} evaluation */
function rates({ fixes }) {
  const lines = sum(fixes.map(({ before }) => before.lines));
  const findings = fixes.flatMap(({ before }) => before.findings);
  const tiers = [...new Set(findings.map(({ tier }) => tier))].sort().reverse();
  const severities = [...new Set(findings.map(({ severity }) => severity))].sort(
    (a, b) => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b),
  );
  if (findings.length === 0) return "No findings.";
  const count = (/** @type {(finding: import("./score.js").Finding) => boolean} */ counts) =>
    perThousand(findings.filter(counts).length, lines);
  const rows = severities.map((severity) => [
    severity,
    ...tiers.map((tier) => count((one) => one.severity === severity && one.tier === tier)),
    count((one) => one.severity === severity),
  ]);
  rows.push(["all", ...tiers.map((tier) => count((one) => one.tier === tier)), count(() => true)]);
  return [
    `Findings per 1,000 lines before the fixes (${findings.length} in ${lines.toLocaleString("en")} lines), by severity and evidence tier:`,
    table(["severity", ...tiers, "all"], rows),
  ].join("\n\n");
}

/** @param {import("./evaluate.js").Evaluation} evaluation */
function fixTable({ fixes }) {
  const rows = fixes.map(({ case: one, before, all, high }) => [
    one.id,
    one.kind ?? "",
    (one.expected_rules ?? []).join(" "),
    all.hit ? (high.hit ? "**HIT** (high)" : "**HIT**") : "miss",
    all.gone ? "**GONE**" : all.partlyGone ? "partly" : all.hit ? "stays" : "",
    [...new Set(all.hits.map(({ rule, line }) => `${rule}:${line}`))].join(" "),
    String(before.findings.length),
    String(before.lines),
    `${Math.round(100 * all.chance)} %`,
  ]);
  return table(
    ["case", "kind", "expected", "before", "after", "hits (rule:line)", "findings", "lines", "by chance"],
    rows,
  );
}

/** @param {import("./evaluate.js").Evaluation} evaluation */
function correctTable({ correct }) {
  const rows = correct.map(({ case: one, measured }) => {
    const high = measured.findings.filter(isHigh);
    return [
      one.id,
      String(high.length),
      high.map(({ rule, line }) => `${rule}:${line}`).join(" "),
      String(measured.findings.length),
      String(measured.lines),
    ];
  });
  return table(["correct file", "high or critical", "which (rule:line)", "findings", "lines"], rows);
}

/** @param {import("./evaluate.js").Evaluation} evaluation */
function problems({ fixes, correct }) {
  const lines = [
    ...fixes.flatMap(({ case: one, before, after }) =>
      [...before.errors, ...after.errors].map((message) => `- ${one.id}: ${message}`),
    ),
    ...correct.flatMap(({ case: one, measured }) =>
      measured.errors.map((message) => `- ${one.id}: ${message}`),
    ),
  ];
  return lines.length === 0 ? "" : `Could not be checked in part:\n\n${[...new Set(lines)].join("\n")}`;
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return `${Math.round((100 * part) / whole)} % (${part} of ${whole})`;
}

/**
 * @param {number} findings
 * @param {number} lines
 */
function perThousand(findings, lines) {
  return ((1000 * findings) / Math.max(1, lines)).toFixed(1);
}
