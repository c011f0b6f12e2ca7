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

function decodeSurrogates(bytes: Buffer, start: number, end: number): string {
  let text = "";
  let from = start;
  for (let i = bytes.indexOf(SURROGATE_LEAD_BYTE, start); i >= 0 && i + 2 < end; ) {
    const second = bytes[i + 1] as number;
    if (second < 0xa0) {
      i = bytes.indexOf(SURROGATE_LEAD_BYTE, i + 1);
      continue;
    }
    if (from < i) text += bytes.toString("utf8", from, i);
    text += String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | ((bytes[i + 2] as number) & 0x3f));
    from = i + 3;
    i = bytes[from] === SURROGATE_LEAD_BYTE ? from : bytes.indexOf(SURROGATE_LEAD_BYTE, from);
  }
  return text + bytes.toString("utf8", from, end);
}
