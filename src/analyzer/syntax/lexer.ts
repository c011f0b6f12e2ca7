/**
 * UTF-8 bytes to tokens, one logical line at a time: the parser never looks further ahead, so the arrays stay in
 * the processor's cache and their size does not depend on the file's. A logical line is its indents or dedents,
 * its tokens and one Newline; the last line of a file ends with End.
 *
 * A file that is not Python ends too: a bracket that is never closed ends where a line begins with a keyword
 * that only statements have, a string at its end of line, and every loop moves forward or returns.
 */
import {
  CharacterClass,
  CLASS_OF,
  DOUBLED,
  DOUBLED_WITH_EQUAL,
  IS_DIGIT,
  NAME_PART,
  SINGLE,
  WITH_EQUAL,
} from "./character-class.js";
import { FStringModes, Mode } from "./f-string-modes.js";
import { doubled, grownBytes } from "./growth.js";
import { normalizeName } from "./identifiers.js";
import { Indentation } from "./indentation.js";
import { NameTable } from "./names.js";
import { scanNumber, scannedNumber } from "./number-scanner.js";
import { ProblemLog } from "./problems.js";
import { escapeProblem } from "./string-escapes.js";
import { StringFlag, stringPrefix } from "./string-prefix.js";
import { FIRST_KEYWORD, KEYWORDS, TokenKind } from "./token-kind.js";

const { Letter, Digit, Blank, Newline, Comment, Quote, Open, Close, Backslash, Operator, Null } =
  CharacterClass;

const INITIAL_TOKENS = 1 << 10;
const INITIAL_COMMENTS = 1 << 8;
/** Zero bytes behind the source, so that looking a few bytes ahead needs no check. */
const PADDING = 8;
/** As many open brackets as CPython's tokenizer allows; with this the parser's recursion has its limit too. */
const MAX_BRACKETS = 200;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const EXCLAMATION = 33;
const MINUS = 45;
const DOT = 46;
const COLON = 58;
const EQUAL = 61;
const GREATER = 62;
const FIRST_LETTER = 65;
const BACKSLASH = 92;
const RIGHT_BRACE = 125;

const KEYWORD_COUNT = KEYWORDS.length;
const STATEMENT_WORDS =
  "assert break class continue def del except finally global import nonlocal pass raise return try while with";
/** 1 for the name ids of keywords that no expression contains. */
const BEGINS_STATEMENT = new Uint8Array(KEYWORD_COUNT + 1);
for (const word of STATEMENT_WORDS.split(" ")) BEGINS_STATEMENT[KEYWORDS.indexOf(word) + 1] = 1;

export class Lexer {
  readonly names = new NameTable();
  log = new ProblemLog();

  /** The source, followed by zeros. */
  bytes = new Uint8Array(PADDING);
  length = 0;

  /** The tokens of the current logical line. */
  count = 0;
  kinds = new Uint8Array(INITIAL_TOKENS);
  starts = new Int32Array(INITIAL_TOKENS);
  ends = new Int32Array(INITIAL_TOKENS);
  /** Name id of a name, {@link StringFlag} bits of a string, constant kind of a number. */
  values = new Int32Array(INITIAL_TOKENS);

  /** Where each comment of the file begins; it ends with its line. */
  comments = new Int32Array(INITIAL_COMMENTS);
  commentCount = 0;

  private at = 0;
  private depth = 0;
  private readonly opened = new Int32Array(MAX_BRACKETS);
  private readonly indentation = new Indentation();
  private readonly modes = new FStringModes();

  /** Begins a file. The bytes are copied, and must be shorter than 2^28 to fit the tree's numbers. */
  open(source: Uint8Array): void {
    const { length } = source;
    if (this.bytes.length < length + PADDING) this.bytes = new Uint8Array(Math.ceil(length * 1.25) + PADDING);
    this.bytes.set(source);
    this.bytes.fill(0, length, length + PADDING);
    this.length = length;
    this.names.reset();
    this.log = new ProblemLog();
    this.commentCount = 0;
    this.at = 0;
    this.depth = 0;
    this.indentation.reset();
    this.modes.reset();
  }

  /** Reads the next logical line. Behind the end of the file every line is an End. */
  loadLine(): void {
    this.count = 0;
    this.log.nextLine();
    if (this.beginLine()) this.readLine();
    else this.endFile();
  }

  /** Skips blank lines and comments and emits the indents and dedents; false at the end of the file. */
  private beginLine(): boolean {
    const { bytes, length, indentation } = this;
    let at = this.at;
    for (;;) {
      at = indentation.measure(bytes, at);
      const byte = bytes[at]!;
      if (CLASS_OF[byte] === Comment) at = this.comment(at);
      else if (CLASS_OF[byte] !== Newline) {
        if (byte === 0 && at >= length) {
          this.at = at;
          return false;
        }
        break;
      }
      at = afterNewline(bytes, at);
    }
    this.at = at;
    const change = indentation.apply();
    if (indentation.problem !== "") this.log.add(at, at, indentation.problem);
    for (let i = change; i < 0; i++) this.emit(TokenKind.Dedent, at, at, 0);
    if (change > 0) this.emit(TokenKind.Indent, at, at, 0);
    return true;
  }

  private endFile(): void {
    const { length } = this;
    for (let i = this.indentation.close(); i > 0; i--) this.emit(TokenKind.Dedent, length, length, 0);
    this.emit(TokenKind.End, length, length, 0);
  }

  private readLine(): void {
    const { bytes, names, modes } = this;
    let { kinds, starts, ends, values, at, count } = this;
    for (;;) {
      if (count + 2 >= kinds.length) {
        this.count = count;
        this.grow();
        ({ kinds, starts, ends, values } = this);
      }
      if (modes.inText) {
        this.at = at;
        this.count = count;
        this.readText();
        ({ kinds, starts, ends, values, at, count } = this);
        continue;
      }
      const byte = bytes[at]!;
      const characterClass = CLASS_OF[byte]!;
      if (characterClass === Blank) {
        at++;
        continue;
      }
      const start = at;
      if (characterClass === Letter) {
        let hash = 0;
        let parts = 0;
        let next = byte;
        let part = NAME_PART[next]!;
        do {
          hash = (Math.imul(hash, 31) + next) | 0;
          parts |= part;
          next = bytes[++at]!;
          part = NAME_PART[next]!;
        } while (part !== 0);
        if (CLASS_OF[next] === Quote && at - start <= 2) {
          const flags = stringPrefix(bytes, start, at);
          if (flags >= 0) {
            at = this.readString(start, at, flags, count);
            count++;
            continue;
          }
        }
        let kind = TokenKind.Name;
        let id = 0;
        if (parts === 1) {
          id = names.intern(bytes, start, at, hash);
          if (id <= KEYWORD_COUNT) {
            kind = FIRST_KEYWORD + id - 1;
            if (this.depth > 0 && BEGINS_STATEMENT[id] === 1 && this.isFirstOnLine(start)) {
              this.count = count;
              this.breakOff(start);
              return;
            }
          }
        } else {
          const normalized = normalizeName(bytes, start, at);
          if ("name" in normalized) id = names.internText(normalized.name);
          else {
            this.log.add(normalized.at, at, `a name cannot contain ${nameOf(normalized.invalid)}`);
            kind = TokenKind.Invalid;
          }
        }
        kinds[count] = kind;
        starts[count] = start;
        ends[count] = at;
        values[count++] = id;
        continue;
      }
      if (characterClass === Operator) {
        const next = bytes[at + 1]!;
        let kind = SINGLE[byte]!;
        if (next === byte && DOUBLED[byte] !== 0) {
          kind = DOUBLED[byte]!;
          at += 2;
          if (bytes[at] === EQUAL && DOUBLED_WITH_EQUAL[byte] !== 0) {
            kind = DOUBLED_WITH_EQUAL[byte]!;
            at++;
          }
        } else if (byte === COLON && modes.isFieldLevel(this.depth)) {
          modes.pushFormat();
          at++;
        } else if (next === EQUAL && WITH_EQUAL[byte] !== 0) {
          kind = WITH_EQUAL[byte]!;
          at += 2;
        } else if (byte === DOT) {
          if (IS_DIGIT[next] === 1) {
            at = this.readNumber(start, count++);
            continue;
          }
          if (next === DOT && bytes[at + 2] === DOT) {
            kind = TokenKind.Ellipsis;
            at += 3;
          } else at++;
        } else if (byte === MINUS && next === GREATER) {
          kind = TokenKind.Arrow;
          at += 2;
        } else {
          at++;
          if (byte === EXCLAMATION && modes.isFieldLevel(this.depth)) kind = TokenKind.Exclamation;
        }
        kinds[count] = kind;
        starts[count] = start;
        ends[count++] = at;
        continue;
      }
      switch (characterClass) {
        case Quote:
          at = this.readString(start, start, 0, count);
          count++;
          continue;
        case Digit:
          at = this.readNumber(start, count++);
          continue;
        case Newline:
          at = afterNewline(bytes, at);
          if (this.depth > 0) continue;
          kinds[count] = TokenKind.Newline;
          starts[count] = start;
          ends[count++] = at;
          this.at = at;
          this.count = count;
          return;
        case Comment:
          at = this.comment(at);
          continue;
        case Open:
          kinds[count] = this.openBracket(at);
          starts[count] = at;
          ends[count++] = ++at;
          continue;
        case Close:
          if (byte === RIGHT_BRACE && modes.isFieldLevel(this.depth)) {
            modes.pop();
            this.depth--;
          } else if (this.depth > modes.fieldDepth) this.depth--;
          break;
        case Backslash:
          if (CLASS_OF[bytes[at + 1]!] === Newline) {
            at = afterNewline(bytes, at + 1);
            if (at >= this.length) this.log.add(start, at, "the file ends behind a line continuation '\\'");
            continue;
          }
          this.log.add(
            at,
            at + 1,
            at + 1 >= this.length
              ? "the file ends behind a line continuation '\\'"
              : "nothing may follow a line continuation '\\'",
          );
          break;
        case Null:
          if (at >= this.length) {
            this.count = count;
            this.endLastLine();
            return;
          }
          this.log.add(at, at + 1, "the source contains a null byte");
          break;
        default:
          this.log.add(at, at + 1, `${nameOf(String.fromCharCode(byte))} has no meaning here`);
      }
      kinds[count] = SINGLE[byte] === 0 ? TokenKind.Invalid : SINGLE[byte]!;
      starts[count] = at;
      ends[count++] = ++at;
    }
  }

  /** The id of the dotted name that is tokens `first` to `end` of the current line. */
  internDotted(first: number, end: number): number {
    const { bytes, starts, ends, values, names } = this;
    const start = starts[first]!;
    const stop = ends[end - 1]!;
    let written = 0;
    for (let index = first; index < end; index++) written += ends[index]! - starts[index]!;
    if (written === stop - start) {
      let hash = 0;
      let seen = 0;
      for (let at = start; at < stop; at++) {
        hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
        seen |= bytes[at]!;
      }
      if (seen < 128) return names.intern(bytes, start, stop, hash);
    }
    // Blanks around the dots, or names that are not ASCII and so may be compared in another form.
    const words: string[] = [];
    for (let index = first; index < end; index += 2) words.push(names.text(values[index]!));
    return names.internText(words.join("."));
  }

  private readNumber(start: number, index: number): number {
    const end = scanNumber(this.bytes, start);
    if (scannedNumber.problem !== "") this.log.add(start, end, scannedNumber.problem);
    this.kinds[index] = TokenKind.Number;
    this.starts[index] = start;
    this.ends[index] = end;
    this.values[index] = scannedNumber.kind;
    return end;
  }

  /** Emits a string, or the opening of an f- or t-string, at token `index`; returns the offset behind it. */
  private readString(start: number, quoteAt: number, flags: number, index: number): number {
    const { bytes, length } = this;
    const quote = bytes[quoteAt]!;
    const triple = bytes[quoteAt + 1] === quote && bytes[quoteAt + 2] === quote;
    let at = quoteAt + (triple ? 3 : 1);
    this.starts[index] = start;
    this.values[index] = flags;
    if ((flags & (StringFlag.Formatted | StringFlag.Template)) !== 0) {
      this.kinds[index] = TokenKind.FStringStart;
      this.ends[index] = at;
      this.modes.pushText(quote, triple, (flags & StringFlag.Raw) !== 0, this.depth);
      return at;
    }
    for (;;) {
      const byte = bytes[at]!;
      if (byte === quote) {
        if (!triple) {
          at++;
          break;
        }
        if (bytes[at + 1] === quote && bytes[at + 2] === quote) {
          at += 3;
          break;
        }
      } else if (byte === BACKSLASH) {
        if ((flags & StringFlag.Raw) === 0 && bytes[at + 1]! >= FIRST_LETTER) this.checkEscape(at, flags);
        at += bytes[at + 1] === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED ? 2 : 1;
      } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        if (!triple) {
          this.log.add(start, at, "this string is not closed");
          break;
        }
      } else if (byte === 0 && at >= length) {
        at = length;
        this.log.add(start, at, "this string is not closed");
        break;
      }
      at++;
    }
    this.kinds[index] = TokenKind.String;
    this.ends[index] = at;
    return at;
  }

  private checkEscape(at: number, flags: number): void {
    const problem = escapeProblem(this.bytes, at, (flags & StringFlag.Bytes) !== 0);
    if (problem !== "") this.log.add(at, at + 2, problem);
  }

  /** Emits one piece of the text of an f-string, and what ends it: its quote or the brace of a field. */
  private readText(): void {
    const { modes } = this;
    const start = this.at;
    modes.scanText(this.bytes, start, this.length);
    const { end } = modes;
    if (modes.problem !== "") this.log.add(end, end, modes.problem);
    if (modes.textEnd > start) this.emit(TokenKind.FStringMiddle, start, modes.textEnd, 0);
    this.at = modes.next;
    if (modes.stop === Mode.Field) {
      this.emit(this.openBracket(end), end, end + 1, 0);
      modes.pushField(this.depth);
    } else if (modes.stop === Mode.Text) {
      this.emit(TokenKind.FStringEnd, end, modes.next, 0);
      this.depth = modes.popString();
    } else if (modes.stop === Mode.Format) modes.pop();
  }

  /** Enters the bracket at `at`; returns its kind, Invalid if it is one too many. */
  private openBracket(at: number): number {
    if (this.depth++ >= MAX_BRACKETS) {
      this.log.add(at, at + 1, `more than ${MAX_BRACKETS} brackets are open here`);
      return TokenKind.Invalid;
    }
    this.opened[this.depth - 1] = at;
    return SINGLE[this.bytes[at]!]!;
  }

  private comment(start: number): number {
    const { bytes, length } = this;
    if (this.commentCount === this.comments.length) this.comments = doubled(this.comments);
    this.comments[this.commentCount++] = start;
    let at = start;
    let byte = bytes[at]!;
    while (byte !== LINE_FEED && byte !== CARRIAGE_RETURN && (byte !== 0 || at < length)) byte = bytes[++at]!;
    return at;
  }

  private isFirstOnLine(start: number): boolean {
    let at = start - 1;
    while (at >= 0 && CLASS_OF[this.bytes[at]!] === Blank) at--;
    return at >= 0 && CLASS_OF[this.bytes[at]!] === Newline;
  }

  /** Ends the line before the statement that begins at `start`, although a bracket is open. */
  private breakOff(start: number): void {
    let at = start;
    while (CLASS_OF[this.bytes[at - 1]!] === Blank) at--;
    this.reportOpenBracket();
    this.emit(TokenKind.Newline, at, at, 0);
    this.at = at;
  }

  private endLastLine(): void {
    const { length } = this;
    if (this.depth > 0) this.reportOpenBracket();
    this.emit(TokenKind.Newline, length, length, 0);
    this.at = length;
  }

  private reportOpenBracket(): void {
    const at = this.opened[Math.min(this.depth, MAX_BRACKETS) - 1]!;
    this.log.add(at, at + 1, `'${String.fromCharCode(this.bytes[at]!)}' is never closed`);
    this.depth = 0;
    this.modes.reset();
  }

  private emit(kind: number, start: number, end: number, value: number): void {
    if (this.count + 2 >= this.kinds.length) this.grow();
    this.kinds[this.count] = kind;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.values[this.count++] = value;
  }

  private grow(): void {
    this.kinds = grownBytes(this.kinds, 0);
    this.starts = doubled(this.starts);
    this.ends = doubled(this.ends);
    this.values = doubled(this.values);
  }
}

/** Offset of the line behind the newline at `at`. */
function afterNewline(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === CARRIAGE_RETURN) return bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
  return byte === LINE_FEED ? at + 1 : at;
}

function nameOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return point < 32 || point === 127 || /^\p{Z}|\p{C}/u.test(character) ? code : `'${character}' (${code})`;
}
