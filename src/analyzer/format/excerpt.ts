/** A line of source with a caret below what is meant. */
import type { SourceRange } from "../report.js";
import { displayLine } from "./display-width.js";

/** A minified line is shown in part. */
const MAX_COLUMNS = 140;
const COLUMNS_BEFORE = 40;
const ELLIPSIS = "…";

export interface Excerpt {
  readonly source: string;
  /** Blanks and carets, as far as the source goes. */
  readonly marks: string;
}

/**
 * The excerpt of the first line of a range.
 * @param line - its text
 */
export function excerptOf(line: string, range: SourceRange): Excerpt {
  const { text, columns } = displayLine(line);
  const columnAt = (unit: number): number => columns[Math.min(unit, columns.length - 1)] ?? 0;
  const lastColumn = columnAt(line.trimEnd().length);
  const start = columnAt(range.column - 1);
  const end = range.endLine > range.line ? lastColumn : columnAt(range.endColumn - 1);
  return clip(text.trimEnd(), start, Math.max(end, start + 1));
}

/** Code points are near enough to columns for choosing what part is shown. */
function clip(text: string, start: number, end: number): Excerpt {
  const marks = (from: number, to: number): string => " ".repeat(from) + "^".repeat(Math.max(1, to - from));
  if (text.length <= MAX_COLUMNS) return { source: text, marks: marks(start, end) };
  const first = Math.max(0, start - COLUMNS_BEFORE);
  const last = first + MAX_COLUMNS;
  const head = first > 0 ? ELLIPSIS : "";
  const tail = last < text.length ? ELLIPSIS : "";
  const shift = first - head.length;
  return {
    source: head + text.slice(first, last) + tail,
    marks: marks(start - shift, Math.min(end, last) - shift),
  };
}
