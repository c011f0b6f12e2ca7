/** A profile as `nogil profile` shows it. */
import {
  type BaselineComparison,
  type Comparison,
  drawChart,
  type ProfileReport,
} from "../profiler/index.js";
import { type Colors, rate, table } from "./terminal/index.js";

const COLUMNS = [
  { title: "threads", align: "right" },
  { title: "calls/s", align: "right" },
  { title: "p50 ms", align: "right" },
  { title: "p99 ms", align: "right" },
  { title: "cpu", align: "right" },
  { title: "runq", align: "right" },
  { title: "lock", align: "right" },
  { title: "io", align: "right" },
  { title: "CPU ms/call", align: "right" },
  { title: "" },
] as const;

export function profileLines(report: ProfileReport, colors: Colors): string[] {
  const { bold, dim, green, yellow } = colors;
  const { machine, knee, cliff, cause, unjudged } = report;
  const lines = [
    bold(report.target),
    dim(
      `Python ${machine.python}${machine.freeThreadedBuild ? ", free-threaded build" : ""}, GIL ${report.gilEnabled ? "on" : "off"}, ${machine.cores} cores, ${machine.cpu}`,
    ),
    "",
    ...drawChart(report),
    "",
    ...figures(report, colors),
    "",
  ];
  if (knee !== null)
    lines.push(`${bold("Knee:")} ${green(threads(knee))} ${dim("(the fewest that reach the best)")}`);
  if (cliff !== null)
    lines.push(`${bold("Cliff:")} ${yellow(threads(cliff))} ${dim("(a fifth or more of the best is lost)")}`);
  const { usl } = report;
  if (usl !== null)
    lines.push(
      dim(
        `Universal scalability law: σ ${usl.sigma.toPrecision(2)}, κ ${usl.kappa.toPrecision(2)}, greatest ${usl.peak === null ? "without end" : `at ${usl.peak.toFixed(1)} threads`}`,
      ),
    );
  if (cause !== null) {
    lines.push("", `${bold("Limited by:")} ${yellow(cause.id)}`);
    for (const text of cause.evidence) lines.push(`  ${text}`);
  }
  if (unjudged !== null) lines.push("", `${bold("No cause is named:")} ${unjudged}`);
  if (report.lines.length > 0) {
    lines.push("", bold("Where threads were:"));
    for (const { file, line, function: name, share } of report.lines)
      lines.push(`  ${file}:${line} in ${name} ${dim(`${Math.round(100 * share)} %`)}`);
  }
  if (report.comparison !== null) lines.push("", ...comparison(report.comparison, colors));
  if (report.advice.length > 0)
    lines.push("", bold("What to do:"), ...report.advice.map((text) => `  ${text}`));
  for (const note of report.notes) lines.push("", `${yellow("Note:")} ${note}`);
  return lines;
}

function figures({ points, knee, cliff }: ProfileReport, { dim }: Colors): string[] {
  const rows = points.map((point) => [
    String(point.threads),
    point.throughput.toFixed(point.throughput < 100 ? 1 : 0),
    point.p50Ms.toFixed(2),
    point.p99Ms === null ? "–" : point.p99Ms.toFixed(2),
    percent(point.cpu),
    percent(point.runq),
    percent(point.lock),
    percent(point.io),
    point.cpuPerTask.toFixed(3),
    point.threads === knee ? "knee" : point.threads === cliff ? "cliff" : "",
  ]);
  return table(COLUMNS, rows, dim);
}

function comparison(
  { threads: count, threadsNoGil, threadsGil, processes, notes }: Comparison,
  { bold, dim }: Colors,
) {
  const rows: readonly (readonly [string, number | null])[] = [
    [`${threads(count)} without the GIL`, threadsNoGil],
    [`${threads(count)} with the GIL`, threadsGil],
    [`${count} process${count === 1 ? "" : "es"}`, processes],
  ];
  return [
    bold("The same otherwise:"),
    ...rows.map(([name, value]) => `  ${name.padEnd(28)}${value === null ? "–" : rate(value)}`),
    ...notes.map((note) => dim(`  ${note}`)),
  ];
}

/** The result of `--baseline`. */
export function comparedLines({ worse, notes }: BaselineComparison, { green, red }: Colors): string[] {
  const verdict = worse.length === 0 ? green("not worse than the baseline") : red("worse than the baseline:");
  return [verdict, ...worse.map((text) => `  ${text}`), ...notes.map((text) => `  ${text}`)];
}

function threads(count: number): string {
  return `${count} thread${count === 1 ? "" : "s"}`;
}

function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(100 * share)} %`;
}
