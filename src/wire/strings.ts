/**
 * Text as Python's marshal writes it: UTF-8 in which lone surrogates keep their three-byte form ("surrogatepass").
 * Node replaces lone surrogates in both directions, so text that has any takes the slow path here.
 */

const SURROGATE_LEAD_BYTE = 0xed;
const REPLACEMENT = "\ufffd";

/** Bytes of text that is not well-formed UTF-16. */
export function encodeSurrogates(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(3 * text.length);
  let size = 0;
  const continuation = (code: number, shift: number) => {
    bytes[size++] = 0x80 | ((code >> shift) & 0x3f);
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code < 0x80) bytes[size++] = code;
    else if (code < 0x800) bytes[size++] = 0xc0 | (code >> 6);
    else if (code <= 0xffff) {
      bytes[size++] = 0xe0 | (code >> 12);
      continuation(code, 6);
    } else {
      bytes[size++] = 0xf0 | (code >> 18);
      continuation(code, 12);
      continuation(code, 6);
      i++;
    }
    if (code >= 0x80) continuation(code, 0);
  }
  return bytes.subarray(0, size);
}

/** The text of `bytes[start, end)`. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  return text.includes(REPLACEMENT) && bytes.subarray(start, end).includes(SURROGATE_LEAD_BYTE)
    ? decodeSurrogates(bytes, start, end)
    : text;
}

/** Bytes that are no UTF-8 at all, which Python never sends, become some text or other. */
function decodeSurrogates(bytes: Buffer, start: number, end: number): string {
  const units = new Uint16Array(end - start);
  let size = 0;
  for (let i = start; i < end; ) {
    const first = bytes[i++] as number;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let left = more; left > 0; left--)
      code = (code << 6) | (i < end ? (bytes[i++] as number) & 0x3f : 0);
    if (code > 0xffff) {
      units[size++] = 0xd7c0 + (code >> 10);
      code = 0xdc00 | (code & 0x3ff);
    }
    units[size++] = code;
  }
  return Buffer.from(units.buffer, 0, 2 * size).toString("utf16le");
}
