/** Adds to findings the change that repairs them, where one is mechanical. */
import type { Finding, Repair } from "../report.js";
import { decodeSource, LineIndex, parseBytes } from "../syntax/index.js";
import type { Fix } from "./fix.js";
import { Place, parentsOf } from "./place.js";
import { FIXERS } from "./registry.js";

/** Findings of one file with their repairs; those of a file that does not parse get none. */
export function withRepairs(findings: readonly Finding[], file: Uint8Array): Finding[] {
  if (!findings.some(({ rule }) => Object.hasOwn(FIXERS, rule))) return [...findings];
  const { bytes, problem } = decodeSource(file);
  const tree = parseBytes(bytes);
  if (problem !== undefined || tree.problems.length > 0) return [...findings];
  const lines = new LineIndex(bytes);
  const parents = parentsOf(tree);
  return findings.map((finding) => {
    const start = offsetOf(lines, finding.line, finding.column);
    const end = offsetOf(lines, finding.endLine, finding.endColumn);
    const place = new Place(tree, bytes, start, end, parents);
    for (const fixer of FIXERS[finding.rule] ?? []) {
      const fix = fixer(place, finding);
      if (fix !== undefined) return { ...finding, repair: repairOf(fix, lines) };
    }
    return finding;
  });
}

function repairOf({ title, edits }: Fix, lines: LineIndex): Repair {
  return {
    title,
    edits: edits.map(({ start, end, text }) => {
      const [from, to] = [lines.position(start), lines.position(end)];
      return {
        line: from.line,
        column: from.utf16Column + 1,
        endLine: to.line,
        endColumn: to.utf16Column + 1,
        text,
      };
    }),
  };
}

/** @param column - in UTF-16 code units, from 1 */
function offsetOf(lines: LineIndex, line: number, column: number): number {
  const before = lines.lineText(line).slice(0, column - 1);
  return lines.lineStart(line) + Buffer.byteLength(before);
}
