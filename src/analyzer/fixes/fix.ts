/** What a fix is, and what it sees of the source. */
import type { Finding } from "../report.js";
import type { Place } from "./place.js";

/** Replaces bytes of the source; offsets are those of its UTF-8 without a mark. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Fix {
  /** What it does, as a command: "pop it with a default". */
  readonly title: string;
  /** In the order of the source; none overlaps another. */
  readonly edits: readonly Edit[];
}

/** Makes the fix of a finding, or undefined where the code is not of the form it is sure of. */
export type Fixer = (place: Place, finding: Finding) => Fix | undefined;
