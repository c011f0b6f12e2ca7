/** How source text looks in a terminal: what is one column wide, what two, and what must not get there at all. */

/** Columns between tab stops; what most terminals and pagers use. */
const TAB_COLUMNS = 8;

/** Ranges that are two columns wide (East_Asian_Width W and F, UAX #11, and pictographs), first and last. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
const ZERO_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;
const CONTROL = /\p{Cc}/u;
const BIDIRECTIONAL = /[\u202a-\u202e\u2066-\u2069]/;
const FIRST_NON_ASCII = 0x80;
const REPLACEMENT = "\ufffd";

export interface DisplayLine {
  /** Without tabs, control characters and characters that reorder the line. */
  readonly text: string;
  /** Column of every UTF-16 code unit of the line, and one more for its end. */
  readonly columns: readonly number[];
}

/**
 * A line of source as it can be shown. Escape sequences would let a file write over the report, and marks of direction
 * show code in another order than Python reads it (CVE-2021-42574), so neither is passed on.
 */
export function displayLine(line: string): DisplayLine {
  const columns: number[] = [];
  let text = "";
  let column = 0;
  for (const character of line) {
    for (let unit = 0; unit < character.length; unit++) columns.push(column);
    if (character === "\t") {
      const width = TAB_COLUMNS - (column % TAB_COLUMNS);
      text += " ".repeat(width);
      column += width;
    } else if (CONTROL.test(character) || BIDIRECTIONAL.test(character)) {
      text += REPLACEMENT;
      column += 1;
    } else {
      text += character;
      column += widthOf(character);
    }
  }
  columns.push(column);
  return { text, columns };
}

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < FIRST_NON_ASCII) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
