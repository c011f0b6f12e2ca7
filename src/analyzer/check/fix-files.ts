/**
 * Repairs a project pass by pass. A change is kept only if the analysis of the whole with it finds it better: what it is
 * for is gone, no function has more findings of any rule than before, and the file parses.
 */
import { independentRepairs, type Repairable, rewrite } from "../fixes/index.js";
import type { Finding, Report } from "../report.js";

const LINE_BREAK = /\r\n|\r|\n/;
/** Far more than a project has; each step repairs something or gives up on it. */
const MAX_STEPS = 10_000;

export interface FixedFiles {
  /** Content of the files that change, by the path that reports have. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Repairs that were made. */
  readonly fixed: readonly Finding[];
  /** The report on the project after them. */
  readonly report: Report;
}

/**
 * @param analyse - the report, with repairs, on the project with these contents in place of those on disk
 * @param read - the bytes of a file on disk
 */
export async function fixFiles(
  analyse: (changed: ReadonlyMap<string, Uint8Array>) => Promise<Report>,
  read: (path: string) => Uint8Array | undefined,
): Promise<FixedFiles> {
  let files: ReadonlyMap<string, Uint8Array> = new Map();
  let report = await analyse(files);
  const fixed: Finding[] = [];
  const hopeless = new Set<string>();

  /** Makes the repairs, if that is for the better. */
  const attempt = async (repairs: readonly Repairable[]): Promise<boolean> => {
    const changed = contentsAfter(files, repairs, read);
    if (changed === undefined) return false;
    const after = await analyse(changed);
    if (!isBetter(report, after, repairs)) return false;
    files = changed;
    report = after;
    fixed.push(...repairs);
    return true;
  };

  // Ends: what is kept lessens the findings, and what is not kept is not tried again.
  let together = true;
  for (let step = 0; step < MAX_STEPS; step++) {
    const repairs = independentByFile(report).filter((finding) => !hopeless.has(keyOf(finding)));
    const [first] = repairs;
    if (first === undefined) break;
    if (together && (await attempt(repairs))) continue;
    // One of them does harm, or does not help: from here on each by itself.
    together = false;
    if (!(await attempt([first]))) hopeless.add(keyOf(first));
  }
  return { files, fixed, report };
}

function independentByFile({ findings }: Report): Repairable[] {
  const paths = [...new Set(findings.map(({ path }) => path))];
  return paths.flatMap((path) => independentRepairs(findings.filter((finding) => finding.path === path)));
}

/** A repair that failed is not tried again, wherever its line has gone. */
function keyOf({ path, rule, symbol, repair }: Repairable): string {
  return JSON.stringify([path, rule, symbol, repair.edits.map(({ text }) => text)]);
}

function contentsAfter(
  files: ReadonlyMap<string, Uint8Array>,
  repairs: readonly Repairable[],
  read: (path: string) => Uint8Array | undefined,
): Map<string, Uint8Array> | undefined {
  const changed = new Map(files);
  for (const path of new Set(repairs.map((finding) => finding.path))) {
    const before = changed.get(path) ?? read(path);
    const edits = repairs.flatMap((finding) => (finding.path === path ? finding.repair.edits : []));
    const after = before === undefined ? undefined : rewrite(before, edits);
    if (after === undefined) return undefined;
    changed.set(path, after);
  }
  return changed;
}

function isBetter(before: Report, after: Report, repaired: readonly Repairable[]): boolean {
  if (after.errors.length > before.errors.length) return false;
  const expected = counted(before.findings);
  // Many rules tell of one place in a function only: repaired, the next place takes its turn, which is no new fault.
  const isStillThere = after.findings.some(({ path, rule, line }) =>
    repaired.some((one) => one.path === path && one.rule === rule && lineAfter(one, repaired) === line),
  );
  return (
    !isStillThere && [...counted(after.findings)].every(([key, count]) => count <= (expected.get(key) ?? 0))
  );
}

/** The line that a finding's first line has become. */
function lineAfter({ path, line, column }: Finding, repaired: readonly Repairable[]): number {
  return repaired
    .filter((one) => one.path === path)
    .flatMap(({ repair }) => repair.edits)
    .filter((edit) => edit.endLine < line || (edit.endLine === line && edit.endColumn <= column))
    .reduce((at, edit) => at + edit.text.split(LINE_BREAK).length - 1 - (edit.endLine - edit.line), line);
}

/** How often each rule finds something in each function. */
function counted(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path, rule, symbol } of findings) {
    const key = `${path} ${rule} ${symbol}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
