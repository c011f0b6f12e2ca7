/** What a scan gives back. The shape is stable: `nogil scan --json` prints it, docs/scan.md documents it. */
import type { FileError, JsonReport, Severity, SourceRange } from "../analyzer/index.js";

/**
 * - `ready`: nothing found that keeps the project from running without the GIL
 * - `ready-after`: it runs without the GIL, but not correctly or not everywhere until the steps are done
 * - `not-ready`: the GIL would come back on, or something cannot be installed or imported
 */
export type Verdict = "ready" | "ready-after" | "not-ready";

/** What a finding does to the verdict; `none` is advice. */
export type Effect = "not-ready" | "ready-after" | "none";

/** Something in the project's files, its dependencies or its environment. */
export interface PackagingFinding extends SourceRange {
  /** Code of the rule: `NG601`. */
  readonly rule: string;
  /** Its name: `ext-no-gil-slot`. */
  readonly name: string;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly message: string;
  /** The smallest change that repairs it. */
  readonly fix: string;
}

/** How it is known whether a dependency can be used without the GIL; the first that applies. */
export type DependencyEvidence = "measured" | "lock file" | "known" | "nothing";

export interface DependencyReport {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** The locked or pinned version, null where the installer chooses. */
  readonly version: string | null;
  /** The file that names it, and where. */
  readonly path: string;
  readonly line: number;
  readonly status: "ready" | "not-ready" | "unknown";
  readonly evidence: DependencyEvidence;
  /** One sentence. */
  readonly reason: string;
}

/** The interpreter that would be used, and what it did with the packages of its environment. */
export interface EnvironmentReport {
  readonly path: string;
  readonly version: string;
  readonly freeThreadedBuild: boolean;
  readonly gilEnabled: boolean;
  /** Why the GIL is on or off. */
  readonly reason: string;
  /** Packages with extension modules that were imported, null where nothing was measured. */
  readonly packages:
    | readonly {
        readonly name: string;
        readonly version: string | null;
        readonly verdict: string;
        readonly reason: string;
      }[]
    | null;
}

/** A reason or a step of the verdict. */
export interface VerdictItem {
  readonly text: string;
  /** The rule behind it, null for the interpreter. */
  readonly rule: string | null;
  /** How many findings it stands for. */
  readonly count: number;
  /** Place of the first, null where there is none. */
  readonly place: string | null;
}

export interface ScanReport {
  /** Version of this shape. */
  readonly version: 1;
  readonly path: string;
  /** The free-threaded Python that was assumed: `3.14t`. */
  readonly target: string;
  readonly verdict: Verdict;
  /** Why it is not ready; empty for other verdicts. */
  readonly because: readonly VerdictItem[];
  /** What is to be done first; empty for `ready`. */
  readonly steps: readonly VerdictItem[];
  /** Files that were read for the packaging rules. */
  readonly files: number;
  /** In the order of rule, path, line. */
  readonly packaging: readonly PackagingFinding[];
  readonly dependencies: readonly DependencyReport[];
  /** Where what is known of packages comes from, with its date. */
  readonly knownPackages: string;
  /** Null where no interpreter was looked for, or none was found. */
  readonly environment: EnvironmentReport | null;
  /** The report of `nogil check`, null where it was left out. */
  readonly check: JsonReport | null;
  /** Files that could not be read, or not wholly; not those of `check`. */
  readonly errors: readonly FileError[];
  /** What was not looked at, and is no error: a lock file of another tool, packages that were not measured. */
  readonly notes: readonly string[];
}
