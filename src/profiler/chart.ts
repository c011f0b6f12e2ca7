/** The scaling curve in characters: throughput over threads, with the line of perfect scaling beside it. */
import type { ProfileReport } from "./report.js";

const ROWS = 12;
/** Columns between two measured numbers of threads: wide enough for the numbers beneath. */
const STEP = 7;
const POINT = "●";
const IDEAL = "·";

/**
 * Lines of a chart. `●` is measured, `·` is the line of one thread times their number; beneath the axis stand the
 * numbers of threads, the knee and the cliff.
 *
 * @param columns how many characters a line may have; a longer curve leaves numbers of threads out
 */
export function drawChart(
  { points, knee, cliff }: Pick<ProfileReport, "points" | "knee" | "cliff">,
  columns = 100,
): string[] {
  if (points.length === 0) return [];
  const most = Math.max(...points.map(({ throughput }) => throughput));
  const labels = [most, most / 2, 0].map(amount);
  const gutter = Math.max(...labels.map(({ length }) => length)) + 1;
  const room = Math.max(2, Math.floor((columns - gutter - 2) / STEP));
  const shown = thin(points, room, [knee, cliff]);
  const first = points[0]!;
  const perThread = first.throughput / first.threads;
  const grid = Array.from({ length: ROWS }, () => new Array<string>(shown.length * STEP).fill(" "));
  shown.forEach(({ threads, throughput }, index) => {
    const column = index * STEP + Math.floor(STEP / 2);
    const ideal = perThread * threads;
    if (ideal <= most * 1.02) grid[rowOf(ideal, most)]![column] = IDEAL;
    grid[rowOf(throughput, most)]![column] = POINT;
  });
  const lines = grid.map((row, index) => {
    const label = index === 0 ? labels[0]! : index === Math.floor(ROWS / 2) ? labels[1]! : "";
    return `${label.padStart(gutter)} │${row.join("").trimEnd()}`;
  });
  lines.push(`${labels[2]!.padStart(gutter)} └${"─".repeat(shown.length * STEP)}`);
  const under = (text: (threads: number) => string) =>
    `${" ".repeat(gutter + 2)}${shown.map(({ threads }) => centre(text(threads), STEP)).join("")}`.trimEnd();
  lines.push(`${under(String)}  threads`);
  const marks = under((threads) => (threads === knee ? "knee" : threads === cliff ? "cliff" : ""));
  if (marks !== "") lines.push(marks);
  lines.push("", `${POINT} calls a second   ${IDEAL} one thread times their number`);
  return lines;
}

function rowOf(value: number, most: number): number {
  const height = most > 0 ? Math.round((value / most) * (ROWS - 1)) : 0;
  return ROWS - 1 - Math.min(ROWS - 1, Math.max(0, height));
}

/** Leaves out numbers of threads, but never the first, the last, or those that are marked. */
function thin<T extends { readonly threads: number }>(
  points: readonly T[],
  room: number,
  marked: readonly (number | null)[],
): T[] {
  const kept = [...points];
  while (kept.length > room) {
    const spare = kept.findIndex(
      ({ threads }, index) => index > 0 && index < kept.length - 1 && !marked.includes(threads),
    );
    if (spare === -1) break;
    kept.splice(spare, 1);
  }
  return kept;
}

function centre(text: string, width: number): string {
  const left = Math.floor((width - text.length + 1) / 2);
  return `${" ".repeat(Math.max(0, left))}${text}`.padEnd(width);
}

/** `"1,234"`, `"12.3"`, `"0.52"`. */
export function amount(value: number): string {
  if (value === 0) return "0";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
