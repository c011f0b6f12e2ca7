/** Integers of any size as marshal writes them: a count of 15-bit digits, negative for negative numbers, then the digits. */

const DIGIT_BITS = 15;
/** Fifteen hexadecimal characters are sixty bits, exactly four digits. */
const HEX_PER_GROUP = 15;
const DIGITS_PER_GROUP = 4;
/** What V8 holds in a bigint (2**30 bits). */
const MAX_DIGITS = Math.floor(2 ** 30 / DIGIT_BITS);

/** The 15-bit digits of a magnitude, lowest first. */
export function toDigits(magnitude: bigint): number[] {
  const digits: number[] = [];
  const hex = magnitude.toString(16);
  for (let end = hex.length; end > 0; end -= HEX_PER_GROUP) {
    const group = BigInt(`0x${hex.slice(Math.max(0, end - HEX_PER_GROUP), end)}`);
    const low = Number(group & 0x3fffffffn);
    const high = Number(group >> 30n);
    digits.push(low & 0x7fff, low >>> DIGIT_BITS, high & 0x7fff, high >>> DIGIT_BITS);
  }
  while (digits.length > 0 && digits[digits.length - 1] === 0) digits.pop();
  return digits;
}

/** The integer of `count` digits at `position`: a number while it is exact, else a bigint. */
export function fromDigits(
  bytes: Buffer,
  position: number,
  count: number,
  negative: boolean,
): number | bigint {
  if (count <= DIGITS_PER_GROUP) {
    let value = 0;
    for (let i = count - 1; i >= 0; i--) value = value * 0x8000 + bytes.readUInt16LE(position + 2 * i);
    if (Number.isSafeInteger(value)) return negative ? -value : value;
  }
  if (count > MAX_DIGITS)
    throw new RangeError(`an int of ${count * DIGIT_BITS} bits, a bigint has at most 2**30`);
  const groups: string[] = [];
  for (let i = 0; i < count; i += DIGITS_PER_GROUP) {
    let group = 0n;
    for (let j = Math.min(i + DIGITS_PER_GROUP, count) - 1; j >= i; j--) {
      group = (group << 15n) | BigInt(bytes.readUInt16LE(position + 2 * j));
    }
    groups.push(group.toString(16).padStart(HEX_PER_GROUP, "0"));
  }
  const value = BigInt(`0x${groups.reverse().join("")}`);
  return negative ? -value : value;
}
