/**
 * The difference of two texts in the unified format of `diff -u`, which `patch` and `git apply` take. Lines are compared
 * by Myers' algorithm (An O(ND) Difference Algorithm, 1986), which is quick where little differs.
 */
const CONTEXT = 3;

interface Line {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** @param path - with `/`; the headers name it below `a/` and `b/` */
export function unifiedDiff(path: string, before: string, after: string): string {
  const lines = compared(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ kind }, index) => (kind === " " ? [] : [index]));
  if (changed.length === 0) return "";
  const hunks: [number, number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const end = Math.min(lines.length, index + CONTEXT + 1);
    if (last !== undefined && index - CONTEXT <= last[1]) last[1] = end;
    else hunks.push([Math.max(0, index - CONTEXT), end]);
  }
  const body = hunks.map(([from, to]) => hunk(lines, from, to));
  return [`--- a/${path}\n`, `+++ b/${path}\n`, ...body].join("");
}

/** With their line breaks; the last one may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const part = lines.slice(from, to);
  const count = (some: readonly Line[], kind: "-" | "+") =>
    some.filter((line) => line.kind === " " || line.kind === kind).length;
  const range = (kind: "-" | "+") => {
    const length = count(part, kind);
    // An empty range is named by the line before it.
    return `${kind}${count(lines.slice(0, from), kind) + (length === 0 ? 0 : 1)},${length}`;
  };
  const text = part.map((line) =>
    line.text.endsWith("\n")
      ? `${line.kind}${line.text}`
      : `${line.kind}${line.text}\n\\ No newline at end of file\n`,
  );
  return `@@ ${range("-")} ${range("+")} @@\n${text.join("")}`;
}

function compared(before: readonly string[], after: readonly string[]): Line[] {
  const trace = furthestPoints(before, after);
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits] as Map<number, number>;
    const k = x - y;
    const isDown = k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
    const previous = isDown ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : at(furthest, previous);
    const fromY = edits === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      x--;
      y--;
      lines.push({ kind: " ", text: before[x] ?? "" });
    }
    if (edits === 0) break;
    if (isDown) lines.push({ kind: "+", text: after[fromY] ?? "" });
    else lines.push({ kind: "-", text: before[fromX] ?? "" });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}

/** For each number of edits, how far each diagonal had come before it. */
function furthestPoints(before: readonly string[], after: readonly string[]): Map<number, number>[] {
  const trace: Map<number, number>[] = [];
  const furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; ; edits++) {
    trace.push(new Map(furthest));
    for (let k = -edits; k <= edits; k += 2) {
      const isDown = k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
      let x = isDown ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      furthest.set(k, x);
      if (x >= before.length && x - k >= after.length) return trace;
    }
  }
}

function at(furthest: ReadonlyMap<number, number>, k: number): number {
  return furthest.get(k) ?? 0;
}
