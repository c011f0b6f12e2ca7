/** A profile as one page that needs nothing else: no script, no font, no file beside it. */
import { amount } from "./chart.js";
import type { ProfilePoint, ProfileReport } from "./report.js";
import { comparisonSvg, latencySvg, sharesSvg, throughputSvg } from "./svg.js";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #66707c; --line: #d9dee4; --paper: #fff; --main: #2563eb; --warn: #d9480f; --good: #2f9e44; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #98a2ae; --line: #333c46; --paper: #14191f; --main: #6ea8fe; --warn: #ff922b; --good: #69db7c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 800px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { border-left: 4px solid var(--main); padding: .5rem 1rem; background: color-mix(in srgb, var(--main) 8%, transparent); }
.soft { color: var(--soft); font-size: .9rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 13px; } svg .tick { fill: var(--soft); font-size: 12px; }
polyline { fill: none; stroke-width: 2; } .measured { stroke: var(--main); } .ideal { stroke: var(--soft); stroke-dasharray: 2 5; } .fit { stroke: var(--main); opacity: .35; stroke-dasharray: 6 4; } .p99 { stroke: var(--warn); }
.dot, .bar { fill: var(--main); } .grid { stroke: var(--line); }
line.knee { stroke: var(--good); } line.cliff { stroke: var(--warn); } svg text.knee { fill: var(--good); } svg text.cliff { fill: var(--warn); }
.cpu { fill: var(--good); background: var(--good); } .runq { fill: #f2b705; background: #f2b705; } .lock { fill: var(--warn); background: var(--warn); } .io { fill: var(--soft); background: var(--soft); }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; width: 100%; } th, td { text-align: right; padding: .25rem .4rem; border-bottom: 1px solid var(--line); }
`;

/** The whole page. */
export function drawPage(report: ProfileReport): string {
  const { machine, points, knee, cliff, comparison } = report;
  const about = `${machine.python}${machine.freeThreadedBuild ? " free-threaded" : ""}, GIL ${report.gilEnabled ? "on" : "off"}, ${machine.cores} cores, ${machine.cpu}, ${machine.system}, ${report.date}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(report.target)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(report.target)}</h1>
<p class="soft">${escapeHtml(about)}</p>
${verdict(report)}
${points.length === 0 ? "" : curves(report)}
${comparison === null ? "" : `<h2>Threads and processes</h2>${comparisonSvg(comparison)}${list(comparison.notes)}`}
${lines(report)}
${points.length === 0 ? "" : `<h2>Figures</h2>${figures(points, knee, cliff)}`}
${report.notes.length === 0 ? "" : `<h2>Notes</h2>${list(report.notes)}`}
${report.foreignCpu === null ? "" : `<p class="soft">Other processes used ${Math.round(100 * report.foreignCpu)} % of the machine meanwhile.</p>`}
</body></html>
`;
}

function verdict({ cause, unjudged, advice, knee, cliff }: ProfileReport): string {
  const where = [
    knee === null ? "" : `Best with <b>${knee}</b> thread${knee === 1 ? "" : "s"} (knee).`,
    cliff === null ? "" : `From <b>${cliff}</b> on, a fifth or more of it is lost (cliff).`,
  ].join(" ");
  const what =
    cause === null
      ? `<p>${where}</p><p>No cause is named: ${escapeHtml(unjudged ?? "")}</p>`
      : `<p><b>Limited by: ${escapeHtml(cause.id)}.</b> ${where}</p>${list(cause.evidence)}`;
  return `<div class="verdict">${what}</div>${advice.length === 0 ? "" : `<h2>What to do</h2>${list(advice)}`}`;
}

function curves(report: ProfileReport): string {
  const { usl } = report;
  const law =
    usl === null
      ? ""
      : `<p class="soft">Dotted: one thread times their number. Dashed: universal scalability law, σ = ${usl.sigma.toPrecision(3)}, κ = ${usl.kappa.toPrecision(3)}, greatest ${usl.peak === null ? "without end" : `at ${usl.peak.toFixed(1)} threads`}.</p>`;
  const keys = (["cpu", "runq", "lock", "io"] as const)
    .map((name) => `<span class="key ${name}"></span>${SHARE_NAMES[name]}`)
    .join("");
  return `<h2>Throughput</h2>${throughputSvg(report)}${law}
<h2>Latency</h2>${latencySvg(report)}<p class="soft">Median and, where there were enough calls, the 99th percentile (orange).</p>
<h2>What the threads' time went to</h2>${sharesSvg(report)}<p class="soft">${keys}</p>`;
}

const SHARE_NAMES = {
  cpu: "computing",
  runq: "waiting for a core",
  lock: "waiting for a lock",
  io: "waiting for anything else",
};

function lines({ lines }: ProfileReport): string {
  if (lines.length === 0) return "";
  const texts = lines.map(
    ({ file, line, function: name, share }) => `${file}:${line} in ${name} (${Math.round(100 * share)} %)`,
  );
  return `<h2>Where threads were</h2>${list(texts)}`;
}

function figures(points: readonly ProfilePoint[], knee: number | null, cliff: number | null): string {
  const head = [
    "threads",
    "calls/s",
    "p50 ms",
    "p99 ms",
    "cpu",
    "run queue",
    "lock",
    "io",
    "CPU ms/call",
    "switches",
    "faults",
    "gc",
  ];
  const rows = points.map((point) => [
    `${point.threads}${point.threads === knee ? " knee" : point.threads === cliff ? " cliff" : ""}`,
    amount(point.throughput),
    point.p50Ms.toFixed(2),
    point.p99Ms === null ? "–" : point.p99Ms.toFixed(2),
    percent(point.cpu),
    percent(point.runq),
    percent(point.lock),
    percent(point.io),
    point.cpuPerTask.toFixed(3),
    point.involuntarySwitches === null ? "–" : point.involuntarySwitches.toFixed(1),
    point.faults === null ? "–" : point.faults.toFixed(1),
    percent(point.gcShare),
  ]);
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${row(head, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table>`;
}

function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(100 * share)} %`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? "" : `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
