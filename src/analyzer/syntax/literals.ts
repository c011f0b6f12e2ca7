/** Values of constants: what the source says, as CPython reads it. */
import { StringFlag, stringPrefix } from "./string-prefix.js";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const BACKSLASH = 92;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};
const MAX_CODE_POINT = 0x10ffff;

/**
 * The text of a string constant: of the strings side by side in `bytes[start, end)`, joined. Code units may be lone
 * surrogates, and of bytes each is one byte. `\N{…}` stays as it is written: Node knows no character names.
 */
export function stringValue(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let at = start;
  while (at < end) {
    const quoteAt = nextQuote(bytes, at, end);
    if (quoteAt === end) break;
    let prefixAt = quoteAt;
    while (prefixAt > at && isLetter(bytes[prefixAt - 1]!)) prefixAt--;
    const flags = Math.max(0, stringPrefix(bytes, prefixAt, quoteAt));
    const quote = bytes[quoteAt];
    const triple = bytes[quoteAt + 1] === quote && bytes[quoteAt + 2] === quote && quoteAt + 2 < end;
    const from = quoteAt + (triple ? 3 : 1);
    let to = from;
    let escaped = false;
    while (
      to < end &&
      !(bytes[to] === quote && (!triple || (bytes[to + 1] === quote && bytes[to + 2] === quote)))
    ) {
      if (bytes[to] === BACKSLASH) {
        escaped = true;
        to++;
      }
      to++;
    }
    const raw = decoder.decode(bytes.subarray(from, Math.min(to, end)));
    const lines = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
    text +=
      escaped && (flags & StringFlag.Raw) === 0
        ? replaceEscapes(lines, (flags & StringFlag.Bytes) !== 0)
        : lines;
    at = to + (triple ? 3 : 1);
  }
  return text;
}

/** The value of an integer constant of any size. */
export function integerValue(bytes: Uint8Array, start: number, end: number): bigint {
  return BigInt(numberText(bytes, start, end));
}

/** The value of a float constant, or the imaginary part of a complex one. */
export function floatValue(bytes: Uint8Array, start: number, end: number): number {
  return Number(numberText(bytes, start, end).replace(/[jJ]$/, ""));
}

function numberText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end)).replaceAll("_", "");
}

/** The opening quote of the next string, comments between strings passed over. */
function nextQuote(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SINGLE_QUOTE && bytes[at] !== DOUBLE_QUOTE) {
    if (bytes[at] === HASH) {
      while (at < end && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
    } else at++;
  }
  return at;
}

function isLetter(byte: number): boolean {
  return (byte | 32) >= 97 && (byte | 32) <= 122;
}

const ESCAPE = /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|.)/gs;

/** An escape that means nothing stays as it is, backslash included. */
function replaceEscapes(source: string, isBytes: boolean): string {
  return source.replace(ESCAPE, (whole, sequence: string) => {
    const simple = SIMPLE_ESCAPES[sequence];
    if (simple !== undefined) return simple;
    if (/^[0-7]/.test(sequence)) {
      return String.fromCharCode(Number.parseInt(sequence, 8) & (isBytes ? 0xff : 0x1ff));
    }
    if (sequence.length === 1 || (isBytes && !sequence.startsWith("x"))) return whole;
    const codePoint = Number.parseInt(sequence.slice(1), 16);
    return codePoint > MAX_CODE_POINT ? whole : String.fromCodePoint(codePoint);
  });
}
