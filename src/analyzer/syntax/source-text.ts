/**
 * Bytes of a file to the UTF-8 that the parser reads and that CPython counts columns in: without a byte order mark,
 * and converted if a comment in the first two lines declares another encoding (PEP 263).
 */
import { isAscii, isUtf8 } from "node:buffer";
import type { SyntaxProblem } from "./problems.js";

export interface SourceText {
  /** UTF-8 without a byte order mark. If `problem` is set, some of it may not be valid. */
  readonly bytes: Uint8Array;
  /** True if every byte is a character, and a column the same in every unit. */
  readonly ascii: boolean;
  /** The encoding of the file, by the name that it declares. */
  readonly encoding: string;
  /** What is wrong with the encoding. */
  readonly problem: SyntaxProblem | undefined;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** The first two lines are looked at, and no more than this many bytes of them. */
const DECLARATION_BYTES = 1000;
const DECLARATION = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const BLANK_OR_COMMENT = /^[ \t\f]*(?:#.*)?$/;

/** Python's names of encodings that the Encoding Standard knows under another name; `-` and `_` are the same. */
const STANDARD_NAMES: Readonly<Record<string, string>> = {
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  cp950: "big5",
  cp1250: "windows-1250",
  cp1251: "windows-1251",
  cp1253: "windows-1253",
  cp1254: "windows-1254",
  cp1255: "windows-1255",
  cp1256: "windows-1256",
  cp1257: "windows-1257",
  cp1258: "windows-1258",
  cp866: "ibm866",
  cp874: "windows-874",
  eucjp: "euc-jp",
  euckr: "euc-kr",
  sjis: "shift_jis",
  "mac-roman": "macintosh",
  "mac-cyrillic": "x-mac-cyrillic",
};
const UTF_8_NAMES = new Set(["utf-8", "utf8", "u8", "utf", "utf8-ucs2", "utf8-ucs4", "cp65001", "utf-8-sig"]);
const LATIN_1_NAMES = new Set([
  "latin-1",
  "latin1",
  "latin",
  "l1",
  "iso-8859-1",
  "iso8859-1",
  "iso-latin-1",
  "8859",
  "cp819",
]);
const WINDOWS_1252_NAMES = new Set(["cp1252", "windows-1252", "1252"]);
/** What Windows-1252 has for 0x80 to 0x9f, "\0" for nothing; Node 20 decodes it as Latin-1, which differs there. */
const WINDOWS_1252 = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";
const ASCII_NAMES = new Set(["ascii", "us-ascii", "646"]);

const encoder = new TextEncoder();

/**
 * Decodes the bytes of a Python file. Never throws: what cannot be decoded is a problem with its position, and the
 * bytes are then parsed as they are.
 */
export function decodeSource(file: Uint8Array): SourceText {
  const hasMark = BYTE_ORDER_MARK.every((byte, at) => file[at] === byte);
  const bytes = hasMark ? file.subarray(BYTE_ORDER_MARK.length) : file;
  const declared = declaredEncoding(bytes);
  const ascii = isAscii(bytes);
  const name = declared?.name.toLowerCase().replaceAll("_", "-") ?? "utf-8";
  const result = (problem: SyntaxProblem | undefined, converted = bytes): SourceText => {
    return { bytes: converted, ascii, encoding: declared?.name ?? "utf-8", problem };
  };
  const wrong = (message: string): SourceText =>
    result({ start: declared?.start ?? 0, end: declared?.end ?? 0, message });

  // CPython takes no other spelling beside a mark.
  const marked = name === "utf-8" || name.startsWith("utf-8-");
  if (hasMark && !marked) return wrong(`the file begins with a UTF-8 mark but declares "${declared?.name}"`);
  if (UTF_8_NAMES.has(name) || name.startsWith("utf-8-"))
    return result(ascii ? undefined : invalidUtf8(bytes));
  if (LATIN_1_NAMES.has(name) || name.startsWith("latin-1-") || name.startsWith("iso-8859-1-")) {
    return result(undefined, ascii ? bytes : encoder.encode(Buffer.from(bytes).toString("latin1")));
  }
  if (ASCII_NAMES.has(name)) return ascii ? result(undefined) : wrong("the file declares ASCII and is not");
  if (WINDOWS_1252_NAMES.has(name)) return windows1252();
  return convert(name);

  function windows1252(): SourceText {
    const text = Buffer.from(bytes)
      .toString("latin1")
      .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? "\0");
    if (text.includes("\0"))
      return wrong(`the file is not in the encoding "${declared?.name}" that it declares`);
    return result(undefined, encoder.encode(text));
  }

  function convert(label: string): SourceText {
    try {
      const decoder = new TextDecoder(STANDARD_NAMES[label] ?? label.replace(/^iso8859/, "iso-8859"), {
        fatal: true,
        ignoreBOM: true,
      });
      return result(undefined, encoder.encode(decoder.decode(bytes)));
    } catch (error) {
      if (error instanceof RangeError) return wrong(`the encoding "${declared?.name}" is not known`);
      return wrong(`the file is not in the encoding "${declared?.name}" that it declares`);
    }
  }
}

/** The encoding that a comment in the first two lines declares, with its place. */
function declaredEncoding(bytes: Uint8Array): { name: string; start: number; end: number } | undefined {
  const head = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString("latin1");
  let start = 0;
  for (const line of head.split(/\r\n|\r|\n/, 2)) {
    const match = DECLARATION.exec(line);
    if (match !== null) {
      const name = match[1] ?? "";
      const at = start + match[0].length - name.length;
      return { name, start: at, end: at + name.length };
    }
    if (!BLANK_OR_COMMENT.test(line)) return undefined;
    start += line.length + (head.startsWith("\r\n", start + line.length) ? 2 : 1);
  }
  return undefined;
}

function invalidUtf8(bytes: Uint8Array): SyntaxProblem | undefined {
  if (isUtf8(bytes)) return undefined;
  // The longest valid beginning, by halving; the last character of a beginning may be cut.
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  const start = characterStart(bytes, valid);
  const code = (bytes[start] ?? 0).toString(16).padStart(2, "0");
  return {
    start,
    end: start + 1,
    message: `byte 0x${code} is not UTF-8, and the file declares no other encoding (PEP 263)`,
  };
}

/** The start of the character that byte `at` belongs to. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && at - start < 3 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
