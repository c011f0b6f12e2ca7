/** The end and the type of a number, and what is wrong with it. */
import { IS_DIGIT, NAME_PART } from "./character-class.js";
import { ConstantKind } from "./node-kind.js";

const UNDERSCORE = 95;
const DOT = 46;
const PLUS = 43;
const MINUS = 45;
const ZERO = 48;
const LOWER_CASE = 32;
const E = 101;
const J = 106;
const X = 120;
const O = 111;
const B = 98;

const IS_HEXADECIMAL = table("0123456789abcdefABCDEF");
const IS_OCTAL = table("01234567");
const IS_BINARY = table("01");
/** Keywords that may follow a number without a blank: `1if x else 2`. */
const AFTER_NUMBER = ["and", "else", "for", "if", "in", "is", "not", "or"];

function table(characters: string): Uint8Array {
  const members = new Uint8Array(256);
  for (const character of characters) members[character.charCodeAt(0)] = 1;
  return members;
}

/** What {@link scanNumber} found last; a result object per number would be garbage. */
export const scannedNumber = { kind: 0, problem: "" };

/** Offset of the first byte behind the number at `start`; fills {@link scannedNumber}. */
export function scanNumber(bytes: Uint8Array, start: number): number {
  scannedNumber.kind = ConstantKind.Int;
  scannedNumber.problem = "";
  let at = start;
  if (bytes[at] === ZERO) {
    const base = bytes[at + 1]! | LOWER_CASE;
    const members = base === X ? IS_HEXADECIMAL : base === O ? IS_OCTAL : base === B ? IS_BINARY : undefined;
    if (members !== undefined) {
      at = digits(bytes, start + 2, members);
      if (at === start + 2) scannedNumber.problem = "this number has no digits";
      return verifyEnd(bytes, at);
    }
  }
  at = decimals(bytes, at);
  const integerEnd = at;
  if (bytes[at] === DOT) {
    at++;
    if (IS_DIGIT[bytes[at]!] === 1) at = decimals(bytes, at);
    scannedNumber.kind = ConstantKind.Float;
  }
  if ((bytes[at]! | LOWER_CASE) === E) {
    const sign = bytes[at + 1];
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    if (IS_DIGIT[bytes[exponent]!] === 1) {
      at = decimals(bytes, exponent);
      scannedNumber.kind = ConstantKind.Float;
    }
  }
  if ((bytes[at]! | LOWER_CASE) === J) {
    at++;
    scannedNumber.kind = ConstantKind.Complex;
  } else if (at === integerEnd && bytes[start] === ZERO && !isZero(bytes, start, at)) {
    scannedNumber.problem = "an integer cannot have leading zeros; write 0o for an octal number";
  }
  return verifyEnd(bytes, at);
}

function decimals(bytes: Uint8Array, from: number): number {
  let at = from;
  while (IS_DIGIT[bytes[at]!] === 1) at++;
  if (bytes[at] === UNDERSCORE && at > from) return digits(bytes, at, IS_DIGIT);
  return at;
}

function digits(bytes: Uint8Array, from: number, members: Uint8Array): number {
  let at = from;
  while (members[bytes[at]!] === 1 || (bytes[at] === UNDERSCORE && members[bytes[at + 1]!] === 1)) at++;
  return at;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== ZERO && bytes[at] !== UNDERSCORE) return false;
  return true;
}

function verifyEnd(bytes: Uint8Array, end: number): number {
  if (NAME_PART[bytes[end]!] === 0 || AFTER_NUMBER.some((word) => startsWith(bytes, end, word))) return end;
  let at = end;
  while (NAME_PART[bytes[at]!] !== 0) at++;
  if (scannedNumber.problem === "") scannedNumber.problem = "this is neither a number nor a name";
  return at;
}

function startsWith(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}
