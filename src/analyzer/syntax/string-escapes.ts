/** Escapes that CPython's compiler refuses: `\x`, `\u`, `\U` with too few digits, `\N` without a name in braces. */

const LEFT_BRACE = 123;
const RIGHT_BRACE = 125;
const BACKSLASH = 92;
const NEWLINES = [10, 13];
const UPPER_N = 78;
const LOWER_U = 117;
const UPPER_U = 85;
const LOWER_X = 120;
const MAX_CODE_POINT = 0x10ffff;

/**
 * What is wrong with the escape whose backslash is at `at`, or "". Whether the name of a `\N{…}` exists is not looked
 * at: Node knows no character names.
 */
export function escapeProblem(bytes: Uint8Array, at: number, isBytes: boolean): string {
  const letter = bytes[at + 1]!;
  if (letter === LOWER_X) return hexValue(bytes, at + 2, 2) < 0 ? "\\x takes two hexadecimal digits" : "";
  if (isBytes) return "";
  if (letter === LOWER_U) return hexValue(bytes, at + 2, 4) < 0 ? "\\u takes four hexadecimal digits" : "";
  if (letter === UPPER_U) {
    const value = hexValue(bytes, at + 2, 8);
    return value < 0 || value > MAX_CODE_POINT ? "\\U takes eight hexadecimal digits, at most 0010ffff" : "";
  }
  return letter !== UPPER_N || hasName(bytes, at + 2) ? "" : "\\N takes the name of a character in braces";
}

/** Calls `report` with the offset and the problem of each wrong escape in `bytes[start, end)`. */
export function eachEscapeProblem(
  bytes: Uint8Array,
  start: number,
  end: number,
  report: (at: number, problem: string) => void,
): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    const problem = escapeProblem(bytes, at, false);
    if (problem !== "") report(at, problem);
    at++;
  }
}

/** The value of so many hexadecimal digits, or -1 if there are fewer. */
function hexValue(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function hasName(bytes: Uint8Array, open: number): boolean {
  if (bytes[open] !== LEFT_BRACE) return false;
  let at = open + 1;
  while (at < bytes.length && bytes[at] !== RIGHT_BRACE && !NEWLINES.includes(bytes[at]!)) at++;
  return bytes[at] === RIGHT_BRACE && at > open + 1;
}
