/** Lines and columns of offsets, in the units that CPython, editors and people count. */

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

const decoder = new TextDecoder();

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 0, in UTF-8 bytes, as CPython's `col_offset`. */
  readonly byteColumn: number;
  /** From 0, in UTF-16 code units, as the Language Server Protocol. */
  readonly utf16Column: number;
}

export class LineIndex {
  private readonly lineStarts: Int32Array;

  /** @param bytes - the UTF-8 source, kept to count characters and to give excerpts */
  constructor(private readonly bytes: Uint8Array) {
    const starts = [0];
    for (let at = nextBreak(bytes, 0); at !== -1; at = nextBreak(bytes, at)) {
      at += bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? 2 : 1;
      starts.push(at);
    }
    this.lineStarts = Int32Array.from(starts);
  }

  /** Number of lines; a newline at the end of the file begins an empty one. */
  get lineCount(): number {
    return this.lineStarts.length;
  }

  /** The line of an offset, from 1. */
  line(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Offset of the first byte of a line. */
  lineStart(line: number): number {
    return this.lineStarts[line - 1] ?? this.bytes.length;
  }

  position(offset: number): Position {
    const line = this.line(offset);
    const start = this.lineStart(line);
    return { line, byteColumn: offset - start, utf16Column: this.utf16Length(start, offset) };
  }

  /** The offset of a line (from 1) and UTF-8 column. */
  offset(line: number, byteColumn: number): number {
    return this.lineStart(line) + byteColumn;
  }

  /** The text of a line without its newline. */
  lineText(line: number): string {
    let end = this.lineStart(line + 1);
    const start = this.lineStart(line);
    while (end > start && (this.bytes[end - 1] === LINE_FEED || this.bytes[end - 1] === CARRIAGE_RETURN))
      end--;
    return decoder.decode(this.bytes.subarray(start, end));
  }

  private utf16Length(start: number, end: number): number {
    let units = 0;
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at]!;
      // Every character but its continuation bytes; four bytes of UTF-8 are two units.
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
  }
}

function nextBreak(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN) return at;
  }
  return -1;
}
