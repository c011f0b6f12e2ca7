/** Which repairs can be made at once: those that do not touch the same text. */
import type { Finding, Repair, RepairEdit } from "../report.js";

export interface Repairable extends Finding {
  readonly repair: Repair;
}

/** Findings of one file whose repairs do not overlap, the first ones first; the others are for the next pass. */
export function independentRepairs(findings: readonly Finding[]): Repairable[] {
  const chosen: Repairable[] = [];
  for (const finding of findings) {
    if (!isRepairable(finding)) continue;
    if (!chosen.some(({ repair }) => overlap(extentOf(repair), extentOf(finding.repair))))
      chosen.push(finding);
  }
  return chosen;
}

function isRepairable(finding: Finding): finding is Repairable {
  return finding.repair !== undefined && finding.repair.edits.length > 0;
}

type Extent = Omit<RepairEdit, "text">;

/** From the first edit to the last: what lies between belongs together. */
function extentOf({ edits }: Repair): Extent {
  const [first, last] = [edits[0] as RepairEdit, edits.at(-1) as RepairEdit];
  return { line: first.line, column: first.column, endLine: last.endLine, endColumn: last.endColumn };
}

function overlap(a: Extent, b: Extent): boolean {
  return !isBefore(a, b) && !isBefore(b, a);
}

function isBefore(a: Extent, b: Extent): boolean {
  return a.endLine < b.line || (a.endLine === b.line && a.endColumn < b.column);
}
