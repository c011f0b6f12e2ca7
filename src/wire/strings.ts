/**
 * Text as Python's marshal writes it: UTF-8 in which lone surrogates keep their three-byte form ("surrogatepass").
 * Node replaces lone surrogates in both directions, so text that has any takes the slow path here.
 */

const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;
const SURROGATE_LEAD_BYTE = 0xed;
const REPLACEMENT = "\ufffd";

/** Bytes of text that is not well-formed UTF-16. */
export function encodeSurrogates(text: string): Buffer {
  const parts: Buffer[] = [];
  let rest = text;
  while (rest !== "") {
    const lone = findLoneSurrogate(rest);
    const well = lone < 0 ? rest : rest.slice(0, lone);
    if (well !== "") parts.push(Buffer.from(well, "utf8"));
    if (lone < 0) break;
    const unit = rest.charCodeAt(lone);
    parts.push(Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]));
    rest = rest.slice(lone + 1);
  }
  return Buffer.concat(parts);
}

function findLoneSurrogate(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    else if (code >= FIRST_SURROGATE && code <= LAST_SURROGATE) return i;
  }
  return -1;
}

/** The text of `bytes[start, end)`. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  return text.includes(REPLACEMENT) && bytes.subarray(start, end).includes(SURROGATE_LEAD_BYTE)
    ? decodeSurrogates(bytes, start, end)
    : text;
}

function decodeSurrogates(bytes: Buffer, start: number, end: number): string {
  let text = "";
  let from = start;
  for (let i = start; i + 2 < end; i++) {
    if (bytes[i] !== SURROGATE_LEAD_BYTE || (bytes[i + 1] as number) < 0xa0) continue;
    const unit = 0xd000 | (((bytes[i + 1] as number) & 0x3f) << 6) | ((bytes[i + 2] as number) & 0x3f);
    text += bytes.toString("utf8", from, i) + String.fromCharCode(unit);
    from = i + 3;
    i += 2;
  }
  return text + bytes.toString("utf8", from, end);
}
