/** What the letters before a string's quote say. */

export const StringFlag = {
  Bytes: 1,
  Raw: 2,
  Formatted: 4,
  Template: 8,
};

const B = 98;
const F = 102;
const R = 114;
const T = 116;
const U = 117;
const LOWER_CASE = 32;

/** The {@link StringFlag} bits of the prefix `bytes[start, end)`, or -1 if no string has such a prefix. */
export function stringPrefix(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 1) return letterFlag(bytes[start]! | LOWER_CASE);
  if (length !== 2) return -1;
  const first = letterFlag(bytes[start]! | LOWER_CASE);
  const second = letterFlag(bytes[start + 1]! | LOWER_CASE);
  // Two letters are r and one of b, f, t; u stands alone and has no flag.
  if (first <= 0 || second <= 0 || first === second) return -1;
  return first === StringFlag.Raw || second === StringFlag.Raw ? first | second : -1;
}

function letterFlag(letter: number): number {
  if (letter === B) return StringFlag.Bytes;
  if (letter === R) return StringFlag.Raw;
  if (letter === F) return StringFlag.Formatted;
  if (letter === T) return StringFlag.Template;
  return letter === U ? 0 : -1;
}
