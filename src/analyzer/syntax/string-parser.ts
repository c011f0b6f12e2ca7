/**
 * Strings, joined when they stand side by side, and the insides of f-strings (PEP 701) and t-strings (PEP 750).
 * As in `ast`, neighbouring pieces of text are one Constant and pieces that are empty vanish.
 */
import { ConstantKind, NodeKind } from "./node-kind.js";
import { eachEscapeProblem } from "./string-escapes.js";
import { StringFlag } from "./string-prefix.js";
import { TargetParser } from "./target-parser.js";
import { TokenKind } from "./token-kind.js";

const {
  String: Text,
  FStringStart,
  FStringMiddle,
  FStringEnd,
  LeftBrace,
  RightBrace,
  Equal,
  Exclamation,
  Colon,
} = TokenKind;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BACKSLASH = 92;
const DEFAULT_DEBUG_CONVERSION = "r".charCodeAt(0);
const CONVERSIONS = "sra";

export abstract class StringParser extends TargetParser {
  /** Text to come as one Constant: where it begins (-1: there is none), ends, and whether it is more than "". */
  private textStart = -1;
  private textEnd = 0;
  private textFilled = false;
  /** Where the text that a field `{x=}` shows ends, or -1. */
  private debugEnd = -1;

  /** What may stand in a replacement field: `yield` or expressions with stars and commas. */
  protected abstract yieldOrStarExpressions(): number;

  /** One or more strings side by side. */
  protected strings(): number {
    const first = this.index;
    const start = this.tokenStarts[first]!;
    const before = this.lastEnd;
    const flags = this.tokenValues[first]!;
    let mixed = false;
    while (this.kind === Text) {
      mixed ||= ((this.tokenValues[this.index]! ^ flags) & StringFlag.Bytes) !== 0;
      this.advance();
    }
    if (this.kind === FStringStart) {
      this.rewind(first, before);
      return this.formatted(start);
    }
    if (mixed) this.report(start, this.lastEnd, "bytes and text cannot be joined");
    const isBytes = (flags & StringFlag.Bytes) !== 0;
    return this.make(NodeKind.Constant, start, isBytes ? ConstantKind.Bytes : ConstantKind.Str, 0);
  }

  private formatted(start: number): number {
    const node = this.open(NodeKind.JoinedStr, start, 0);
    const kinds = this.pieces(node, false);
    this.close(node);
    if ((kinds & StringFlag.Template) !== 0) this.nodeKinds[node] = NodeKind.TemplateStr;
    if ((kinds & (kinds - 1)) !== 0)
      this.report(start, this.lastEnd, "strings of different kinds cannot be joined");
    return node;
  }

  /**
   * The children of a joined string, or of a format if `inFormat`. Returns a bit for each kind of string met:
   * Template, Bytes, or Formatted for text with or without fields.
   */
  private pieces(parent: number, inFormat: boolean): number {
    const outer = [this.textStart, this.textEnd, this.textFilled] as const;
    this.textStart = -1;
    let last = 0;
    let met = 0;
    let inString = inFormat;
    let flags = 0;
    for (;;) {
      const start = this.tokenStarts[this.index]!;
      const end = this.tokenEnds[this.index]!;
      if (this.kind === FStringMiddle) {
        const isRaw = (flags & StringFlag.Raw) !== 0;
        if (this.isFilled(start, end, isRaw)) this.extendText(start, end, true);
        if (!isRaw)
          eachEscapeProblem(this.lexer.bytes, start, end, (at, problem) => this.report(at, at + 2, problem));
        this.advance();
      } else if (this.kind === LeftBrace && inString) {
        const isTemplate = (flags & StringFlag.Template) !== 0;
        const field = this.field(isTemplate ? NodeKind.Interpolation : NodeKind.FormattedValue);
        if (this.debugEnd >= 0) this.extendText(start + 1, this.debugEnd, true);
        last = this.append(parent, this.flushText(parent, last), field);
      } else if (this.kind === FStringEnd) {
        inString = false;
        this.advance();
      } else if (this.kind === FStringStart && !inString) {
        flags = this.tokenValues[this.index]!;
        met |= flags & (StringFlag.Template | StringFlag.Formatted);
        inString = true;
        this.advance();
      } else if (this.kind === Text && !inString) {
        met |=
          (this.tokenValues[this.index]! & StringFlag.Bytes) === 0 ? StringFlag.Formatted : StringFlag.Bytes;
        this.extendText(start, end, this.isStringFilled(start, end));
        this.advance();
      } else break;
    }
    this.flushText(parent, last);
    [this.textStart, this.textEnd, this.textFilled] = outer;
    return met;
  }

  /** `{expression = !conversion :format}` */
  private field(kind: NodeKind): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    const node = this.open(kind, start, 0);
    const value = this.yieldOrStarExpressions();
    const isDebug = this.accept(Equal);
    const debugEnd = isDebug ? this.tokenStarts[this.index]! : -1;
    let conversion = 0;
    if (this.kind === Exclamation) {
      this.advance();
      conversion = this.conversion();
    } else if (isDebug && this.kind !== Colon) conversion = DEFAULT_DEBUG_CONVERSION;
    if (this.kind === Colon) {
      const format = this.open(NodeKind.JoinedStr, this.tokenStarts[this.index]!, 0);
      this.advance();
      this.pieces(format, true);
      this.nextSiblings[value] = this.close(format);
    }
    this.expect(RightBrace);
    this.nodeData[node] = conversion;
    this.firstChildren[node] = value;
    this.debugEnd = debugEnd;
    return this.close(node);
  }

  private conversion(): number {
    const start = this.tokenStarts[this.index]!;
    const character = this.lexer.bytes[start]!;
    this.identifier();
    if (this.lastEnd - start !== 1 || !CONVERSIONS.includes(String.fromCharCode(character))) {
      this.report(start, this.lastEnd, "a conversion is one of !s, !r and !a");
    }
    return character;
  }

  private extendText(start: number, end: number, filled: boolean): void {
    if (this.textStart < 0) {
      this.textStart = start;
      this.textFilled = filled;
    } else this.textFilled ||= filled;
    this.textEnd = end;
  }

  private flushText(parent: number, last: number): number {
    const { textStart } = this;
    this.textStart = -1;
    if (textStart < 0 || !this.textFilled) return last;
    const node = this.open(NodeKind.Constant, textStart, ConstantKind.Str);
    this.nodeEnds[node] = this.textEnd;
    return this.append(parent, last, node);
  }

  private isStringFilled(start: number, end: number): boolean {
    const { bytes } = this.lexer;
    let quoteAt = start;
    let raw = false;
    while (bytes[quoteAt]! >= 65) raw = (bytes[quoteAt++]! | 32) === 114 || raw;
    const quote = bytes[quoteAt];
    const triple = end - quoteAt >= 6 && bytes[quoteAt + 1] === quote && bytes[quoteAt + 2] === quote;
    const quotes = triple ? 3 : 1;
    return this.isFilled(quoteAt + quotes, end - quotes, raw);
  }

  /** False for text that means "": nothing at all, or only newlines behind a backslash. */
  private isFilled(start: number, end: number, raw: boolean): boolean {
    if (raw) return end > start;
    const { bytes } = this.lexer;
    let at = start;
    while (at < end) {
      if (bytes[at] !== BACKSLASH) return true;
      at++;
      if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at += 2;
      else if (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN) at++;
      else return true;
    }
    return false;
  }
}
