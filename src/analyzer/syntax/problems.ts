/** One place where a file does not follow Python's grammar. */
export interface SyntaxProblem {
  /** Byte offsets into the UTF-8 source. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** More than this many in one file say no more about it: it is not Python 3. */
const MAX_PROBLEMS = 100;

/**
 * Collects problems, the first of each logical line only: the ones behind it are most often consequences.
 */
export class ProblemLog {
  readonly problems: SyntaxProblem[] = [];
  private reported = false;

  /** The next problem begins a new logical line. */
  nextLine(): void {
    this.reported = false;
  }

  add(start: number, end: number, message: string): void {
    if (this.reported || this.problems.length >= MAX_PROBLEMS) return;
    this.reported = true;
    this.problems.push({ start, end, message });
  }
}
