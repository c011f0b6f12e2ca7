/**
 * Where the lexer is inside f-strings and t-strings (PEP 701, PEP 750): a stack of texts, replacement fields and
 * format specifications, which nest in one another without limit.
 */

export const Mode = {
  /** Outside, or in the middle of a text. */
  None: 0,
  /** The text between the quotes. */
  Text: 1,
  /** An expression between braces. */
  Field: 2,
  /** The text behind the colon of a field. */
  Format: 3,
};

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const LETTER_N = 78;
const BACKSLASH = 92;
const LEFT_BRACE = 123;
const RIGHT_BRACE = 125;

interface Frame {
  readonly mode: number;
  /** Bracket depth: around the string for a text, inside the brace for a field. */
  readonly depth: number;
  readonly quote: number;
  readonly triple: boolean;
  readonly raw: boolean;
}

export class FStringModes {
  /** True if the lexer stands in a text or format, false if it stands in code. */
  inText = false;
  /** Bracket depth right inside the innermost field, 0 outside of any. */
  fieldDepth = 0;

  // What scanText found.
  /** The text is up to here… */
  textEnd = 0;
  /** …the token that ends it begins here… */
  end = 0;
  /** …and what follows, here. */
  next = 0;
  /** Field: a brace opens; Text: the string ends; Format: the format ends; None: the text goes on. */
  stop = Mode.None;
  problem = "";

  private readonly frames: Frame[] = [];

  reset(): void {
    this.frames.length = 0;
    this.inText = false;
    this.fieldDepth = 0;
  }

  /** True right inside the braces of a field, where `:`, `!` and `}` belong to the f-string. */
  isFieldLevel(depth: number): boolean {
    return this.fieldDepth !== 0 && depth === this.fieldDepth;
  }

  pushText(quote: number, triple: boolean, raw: boolean, depth: number): void {
    this.push({ mode: Mode.Text, depth, quote, triple, raw });
  }

  pushField(depth: number): void {
    this.push({ ...this.frames.at(-1)!, mode: Mode.Field, depth });
  }

  pushFormat(): void {
    this.push({ ...this.frames.at(-1)!, mode: Mode.Format });
  }

  pop(): void {
    this.frames.pop();
    this.update();
  }

  /** Leaves the innermost string and whatever is open in it; returns the bracket depth around it. */
  popString(): number {
    let frame = this.frames.pop();
    while (frame !== undefined && frame.mode !== Mode.Text) frame = this.frames.pop();
    this.update();
    return frame?.depth ?? 0;
  }

  /** Scans the text from `start` on to the next thing that is not text. */
  scanText(bytes: Uint8Array, start: number, length: number): void {
    const { mode, quote, triple, raw } = this.frames.at(-1)!;
    const inFormat = mode === Mode.Format;
    this.problem = "";
    let at = start;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === quote && (!triple || (bytes[at + 1] === quote && bytes[at + 2] === quote))) {
        if (inFormat) this.problem = "the field of this string is not closed with '}'";
        this.found(Mode.Text, at, at, at + (triple ? 3 : 1));
        return;
      }
      if (byte === LEFT_BRACE) {
        if (inFormat || bytes[at + 1] !== LEFT_BRACE) this.found(Mode.Field, at, at, at + 1);
        else this.found(Mode.None, at + 2, at, at + 2);
        return;
      }
      if (byte === RIGHT_BRACE) {
        if (inFormat) {
          this.found(Mode.Format, at, at, at);
          return;
        }
        const doubled = bytes[at + 1] === RIGHT_BRACE;
        if (!doubled) this.problem = "a single '}' in an f-string is written '}}'";
        this.found(Mode.None, at + (doubled ? 2 : 1), at, at + (doubled ? 2 : 1));
        return;
      }
      if (byte === BACKSLASH) at = afterEscape(bytes, at, raw);
      else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        if (!triple) {
          this.unclosed(at);
          return;
        }
        at++;
      } else if (byte === 0 && at >= length) {
        this.unclosed(length);
        return;
      } else at++;
    }
  }

  private unclosed(at: number): void {
    this.problem = "this string is not closed";
    this.found(Mode.Text, at, at, at);
  }

  private found(stop: number, textEnd: number, end: number, next: number): void {
    this.stop = stop;
    this.textEnd = textEnd;
    this.end = end;
    this.next = next;
  }

  private push(frame: Frame): void {
    this.frames.push(frame);
    this.update();
  }

  private update(): void {
    const frame = this.frames.at(-1);
    this.inText = frame !== undefined && frame.mode !== Mode.Field;
    this.fieldDepth = frame?.mode === Mode.Field ? frame.depth : 0;
  }
}

/** Behind the escape at `at`; a brace behind the backslash keeps its meaning, except in `\N{…}`. */
function afterEscape(bytes: Uint8Array, at: number, raw: boolean): number {
  const next = bytes[at + 1]!;
  if (next === LEFT_BRACE || next === RIGHT_BRACE || next === 0) return at + 1;
  if (next === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED) return at + 3;
  if (raw || next !== LETTER_N || bytes[at + 2] !== LEFT_BRACE) return at + 2;
  let end = at + 3;
  // Character names are letters, digits, blanks and hyphens: all below the braces or a line's end.
  while (isNamePart(bytes[end]!)) end++;
  return bytes[end] === RIGHT_BRACE ? end + 1 : at + 2;
}

function isNamePart(byte: number): boolean {
  return (
    byte === 32 ||
    byte === 40 ||
    byte === 41 ||
    byte === 45 ||
    (byte >= 48 && byte <= 57) ||
    ((byte | 32) >= 97 && (byte | 32) <= 122)
  );
}
