/** What an analysis gives back. The shape is stable: `nogil check --format json` prints it as it is. */

/** From worst to least; `performance` is a cost, `info` a remark. */
export const SEVERITIES = ["critical", "high", "medium", "low", "performance", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * How strong the evidence is that two threads reach the access.
 * T3: a thread entry is visible. T2: the class or module owns a lock or documents thread safety.
 * T1: state of a module or class. T0: a plain instance attribute, nothing else known.
 */
export const TIERS = ["T3", "T2", "T1", "T0"] as const;
export type Tier = (typeof TIERS)[number];

/** A stretch of source. Lines and columns count from 1; columns in UTF-16 code units. */
export interface SourceRange {
  readonly path: string;
  /** Of a notebook: the number of the cell among all its cells, from 1; lines are those of the cell. */
  readonly cell?: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** Column behind the last character. */
  readonly endColumn: number;
}

/** Another place that belongs to a finding: the conflicting line, the thread's start, the lock. */
export interface RelatedLocation extends SourceRange {
  readonly message: string;
  /** Dotted name of the function it is in. */
  readonly symbol?: string;
  /** It is where a thread is given its function, not something the thread does. */
  readonly isThreadStart?: true;
}

/** Replaces a range of the file by a text. */
export interface RepairEdit extends Omit<SourceRange, "path" | "cell"> {
  readonly text: string;
}

/** A change of the file that repairs a finding. */
export interface Repair {
  /** What it does: "remove it in one step with pop(key, None)". */
  readonly title: string;
  /** In the order of the file; none overlaps another. */
  readonly edits: readonly RepairEdit[];
}

export interface Finding extends SourceRange {
  /** Code of the rule: `NG105`. */
  readonly rule: string;
  /** Its name: `check-then-act-mapping`. */
  readonly name: string;
  readonly severity: Severity;
  readonly tier: Tier;
  /** What is wrong: what is shared, which lines conflict, which lock covers which. */
  readonly message: string;
  /** Why threads are believed to meet here: the reason of the tier. */
  readonly why: string;
  /** The smallest change that repairs it. */
  readonly fix: string;
  /** Dotted name of the function or class around it, `<module>` at top level. */
  readonly symbol: string;
  readonly related: readonly RelatedLocation[];
  /** Where the change is mechanical, and repairs were asked for. */
  readonly repair?: Repair;
}

/** Something that could not be checked, or not wholly. */
export interface FileError {
  readonly path: string;
  /** `syntax` and `encoding`: the rest of the file was still checked. `settings`: a pyproject.toml. */
  readonly kind: "syntax" | "encoding" | "unreadable" | "internal" | "settings";
  readonly message: string;
  /** The cell of a notebook that the line is in. */
  readonly cell?: number;
  /** From 1, where the place is known. */
  readonly line?: number;
  readonly column?: number;
}

export interface ReportStats {
  /** Bytes and lines of source read. */
  readonly bytes: number;
  readonly lines: number;
  readonly functions: number;
  readonly classes: number;
  /** Bytes that the summaries of all files occupy. */
  readonly summaryBytes: number;
  /** Wall time in milliseconds of reading and summarising, linking, and rules. */
  readonly milliseconds: { readonly summarise: number; readonly link: number; readonly rules: number };
}

export interface Report {
  /** Version of this shape. */
  readonly version: 1;
  /** The Python that was assumed: `3.14t`. */
  readonly target: string;
  /** Number of files looked at. */
  readonly files: number;
  /** In the order of path, line, column, rule. */
  readonly findings: readonly Finding[];
  readonly errors: readonly FileError[];
  readonly stats: ReportStats;
}

/** Orders findings by place and rule, so that two runs print the same. */
export function compareFindings(left: Finding, right: Finding): number {
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  if (left.cell !== right.cell) return (left.cell ?? 0) - (right.cell ?? 0);
  if (left.line !== right.line) return left.line - right.line;
  if (left.column !== right.column) return left.column - right.column;
  if (left.rule !== right.rule) return left.rule < right.rule ? -1 : 1;
  return 0;
}
