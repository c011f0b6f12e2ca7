/** Applies edits to the bytes of a file and keeps its line ends, its mark and its encoding. */
import type { RepairEdit } from "../report.js";
import { decodeSource } from "../syntax/index.js";

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF_8 = /^utf[-_]?8/i;
const LATIN_1 = /^(?:latin[-_]?1|iso[-_]8859[-_]1)$/i;

/**
 * The file after the edits, or undefined if its encoding cannot be written.
 * @param edits - none overlaps another
 */
export function rewrite(file: Uint8Array, edits: readonly RepairEdit[]): Uint8Array | undefined {
  const { bytes, encoding, ascii } = decodeSource(file);
  const isUtf8 = ascii || UTF_8.test(encoding);
  if (!isUtf8 && !LATIN_1.test(encoding)) return undefined;
  const text = editedText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), edits);
  const content = Buffer.from(text, isUtf8 ? "utf8" : "latin1");
  const hasMark = MARK.equals(file.subarray(0, MARK.length));
  return hasMark ? Buffer.concat([MARK, content]) : content;
}

/** A text after edits that do not overlap. */
export function editedText(text: string, edits: readonly RepairEdit[]): string {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  const offset = (line: number, column: number) => (starts[line - 1] ?? text.length) + column - 1;
  // From the end, so that what is not done yet stays where it is; of two at one place the later goes first.
  const ordered = edits
    .map((edit, index) => ({ ...edit, index, start: offset(edit.line, edit.column) }))
    .sort((a, b) => b.start - a.start || b.index - a.index);
  let result = text;
  for (const { start, endLine, endColumn, text: inserted } of ordered)
    result = result.slice(0, start) + inserted + result.slice(offset(endLine, endColumn));
  return result;
}
