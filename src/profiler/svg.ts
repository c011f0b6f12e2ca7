/** The curves of a profile as SVG, coloured by the page's style sheet. */
import { amount } from "./chart.js";
import type { Comparison, ProfileReport } from "./report.js";
import { uslThroughput } from "./usl.js";

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 70;
const RIGHT = 20;
const TOP = 24;
const BOTTOM = 44;

interface Scale {
  readonly x: (threads: number) => number;
  readonly y: (value: number) => number;
}

/** Throughput with its ideal line, the fitted law, knee and cliff. */
export function throughputSvg({ points, knee, cliff, usl }: ProfileReport): string {
  const most = Math.max(...points.map(({ throughput }) => throughput), 1e-9) * 1.1;
  const scale = scaleFor(
    points.map(({ threads }) => threads),
    most,
  );
  const first = points[0]!;
  const perThread = first.throughput / first.threads;
  const last = Math.min(points.at(-1)!.threads, most / Math.max(perThread, 1e-9));
  const ideal = steps(first.threads, last).map((n): [number, number] => [n, perThread * n]);
  const fitted =
    usl === null
      ? ""
      : line(
          steps(first.threads, points.at(-1)!.threads).map((n): [number, number] => [
            n,
            uslThroughput(usl, n),
          ]),
          scale,
          "fit",
        );
  const measured = points.map((point): [number, number] => [point.threads, point.throughput]);
  return frame(
    "calls a second",
    scale,
    points.map(({ threads }) => threads),
    most,
    [
      line(ideal, scale, "ideal"),
      fitted,
      mark(knee, "knee", scale),
      mark(cliff, "cliff", scale),
      line(measured, scale, "measured"),
      dots(measured, scale),
    ].join(""),
  );
}

/** Latency: the median and the 99th percentile. */
export function latencySvg({ points, knee, cliff }: ProfileReport): string {
  const p99 = points.flatMap(({ threads, p99Ms }): [number, number][] =>
    p99Ms === null ? [] : [[threads, p99Ms]],
  );
  const p50 = points.map(({ threads, p50Ms }): [number, number] => [threads, p50Ms]);
  const most = Math.max(...p50.concat(p99).map(([, value]) => value), 1e-9) * 1.1;
  const scale = scaleFor(
    points.map(({ threads }) => threads),
    most,
  );
  return frame(
    "milliseconds a call",
    scale,
    points.map(({ threads }) => threads),
    most,
    [
      mark(knee, "knee", scale),
      mark(cliff, "cliff", scale),
      line(p99, scale, "p99"),
      line(p50, scale, "measured"),
      dots(p50, scale),
    ].join(""),
  );
}

/** What the threads' time went to, as one stacked bar for each number of threads. */
export function sharesSvg({ points }: ProfileReport): string {
  const width = (WIDTH - LEFT - RIGHT) / points.length;
  const bars = points.map((point, index) => {
    let top = 1;
    const parts = (["cpu", "runq", "lock", "io"] as const).map((name) => {
      const share = point[name] ?? 0;
      top -= share;
      const y = TOP + (HEIGHT - TOP - BOTTOM) * Math.max(0, top);
      const height = (HEIGHT - TOP - BOTTOM) * share;
      return `<rect class="${name}" x="${px(LEFT + index * width + 4)}" y="${px(y)}" width="${px(width - 8)}" height="${px(height)}"><title>${name} ${Math.round(100 * share)} %</title></rect>`;
    });
    const x = LEFT + (index + 0.5) * width;
    return `${parts.join("")}<text class="tick" x="${px(x)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${point.threads}</text>`;
  });
  return svg(
    `${bars.join("")}<text class="tick" x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">threads</text>`,
    "what the threads' time went to",
  );
}

/** The three ways side by side. */
export function comparisonSvg(comparison: Comparison): string {
  const ways: readonly (readonly [string, number | null])[] = [
    [`${comparison.threads} threads without the GIL`, comparison.threadsNoGil],
    [`${comparison.threads} threads with the GIL`, comparison.threadsGil],
    [`${comparison.threads} processes`, comparison.processes],
  ];
  const most = Math.max(...ways.map(([, value]) => value ?? 0), 1e-9);
  const rows = ways.map(([name, value], index) => {
    const y = 14 + index * 40;
    const width = ((value ?? 0) / most) * (WIDTH - 330);
    const text = value === null ? "not measured" : `${amount(value)} calls/s`;
    return `<text x="210" y="${y + 17}" text-anchor="end">${name}</text><rect class="bar" x="220" y="${y}" width="${px(width)}" height="24"/><text x="${px(228 + width)}" y="${y + 17}">${text}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} 130" role="img" aria-label="threads and processes compared">${rows.join("")}</svg>`;
}

/** Threads on a logarithmic axis: they are measured in doublings. */
function scaleFor(threads: readonly number[], most: number): Scale {
  const low = Math.log2(Math.min(...threads));
  const high = Math.max(low + 1e-9, Math.log2(Math.max(...threads)));
  return {
    x: (n) => LEFT + ((Math.log2(n) - low) / (high - low)) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM),
  };
}

function steps(from: number, to: number): number[] {
  const count = 60;
  if (!(to > from)) return [from];
  return Array.from({ length: count + 1 }, (_, i) => from * (to / from) ** (i / count));
}

function frame(
  title: string,
  scale: Scale,
  threads: readonly number[],
  most: number,
  inside: string,
): string {
  const base = scale.y(0);
  const ticks = threads.map(
    (n) => `<text class="tick" x="${px(scale.x(n))}" y="${px(base + 18)}" text-anchor="middle">${n}</text>`,
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const y = scale.y((part * most) / 1.1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y)}" y2="${px(y)}"/><text class="tick" x="${LEFT - 8}" y="${px(y + 4)}" text-anchor="end">${amount((part * most) / 1.1)}</text>`;
  });
  const axis = `<text class="tick" x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">threads</text><text class="tick" x="${LEFT}" y="14">${title}</text>`;
  return svg(`${grid.join("")}${ticks.join("")}${axis}${inside}`, title);
}

function svg(inside: string, label: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${inside}</svg>`;
}

function line(points: readonly (readonly [number, number])[], scale: Scale, name: string): string {
  const path = points.map(([n, value]) => `${px(scale.x(n))},${px(scale.y(value))}`).join(" ");
  return `<polyline class="${name}" points="${path}"/>`;
}

function dots(points: readonly (readonly [number, number])[], scale: Scale): string {
  return points
    .map(
      ([n, value]) =>
        `<circle class="dot" cx="${px(scale.x(n))}" cy="${px(scale.y(value))}" r="4"><title>${n} threads: ${amount(value)}</title></circle>`,
    )
    .join("");
}

function mark(threads: number | null, name: "knee" | "cliff", scale: Scale): string {
  if (threads === null) return "";
  const x = px(scale.x(threads));
  return `<line class="${name}" x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="${name}" x="${x}" y="${TOP - 4}" text-anchor="middle">${name}</text>`;
}

function px(value: number): string {
  return value.toFixed(1);
}
