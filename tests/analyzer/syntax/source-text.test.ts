/** What a file's bytes mean: marks, declared encodings, and bytes that are not what they claim. */
import { describe, expect, test } from "vitest";
import { decodeSource } from "../../../src/analyzer/syntax/index.js";

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

describe("decodeSource", () => {
  test.each([
    ["plain UTF-8", Buffer.from("x = 'é'\n"), "x = 'é'\n", "utf-8"],
    ["a mark", Buffer.from("\ufeffx = 1\n"), "x = 1\n", "utf-8"],
    ["a mark and a declaration", Buffer.from("\ufeff# coding: utf-8\nx\n"), "# coding: utf-8\nx\n", "utf-8"],
    ["Latin-1", latin1("# coding: latin-1\n'é\x80'\n"), "# coding: latin-1\n'é\x80'\n", "latin-1"],
    [
      "Latin-1 in the second line",
      latin1("#!python\n# coding=iso-8859-1\n'é'\n"),
      "#!python\n# coding=iso-8859-1\n'é'\n",
      "iso-8859-1",
    ],
    ["Windows-1252", latin1("# coding: cp1252\n'\x80'\n"), "# coding: cp1252\n'€'\n", "cp1252"],
    ["ISO-8859-15", latin1("# coding: iso8859-15\n'\xa4'\n"), "# coding: iso8859-15\n'€'\n", "iso8859-15"],
    [
      "KOI8-R",
      Buffer.concat([latin1("# coding: koi8_r\n'"), Uint8Array.of(0xf0), latin1("'\n")]),
      "# coding: koi8_r\n'П'\n",
      "koi8_r",
    ],
    [
      "a declaration behind code",
      Buffer.from("x = 1\n# coding: latin-1\n'é'\n"),
      "x = 1\n# coding: latin-1\n'é'\n",
      "utf-8",
    ],
    [
      "a declaration in the third line",
      Buffer.from("\n\n# coding: latin-1\n'é'\n"),
      "\n\n# coding: latin-1\n'é'\n",
      "utf-8",
    ],
    ["an empty file", new Uint8Array(), "", "utf-8"],
  ])("%s", (_, file, expected, encoding) => {
    const source = decodeSource(file);
    expect(source.problem).toBeUndefined();
    expect(text(source.bytes)).toBe(expected);
    expect(source.encoding).toBe(encoding);
  });

  test("tells whether a column is the same in every unit", () => {
    expect(decodeSource(Buffer.from("x = 1\n")).ascii).toBe(true);
    expect(decodeSource(Buffer.from("é = 1\n")).ascii).toBe(false);
  });

  test.each([
    [
      "not UTF-8",
      latin1("x = 1\ny = '\xe9'\n"),
      11,
      "byte 0xe9 is not UTF-8, and the file declares no other encoding (PEP 263)",
    ],
    [
      "cut in a character",
      Buffer.from("x = 'é").subarray(0, 6),
      5,
      "byte 0xc3 is not UTF-8, and the file declares no other encoding (PEP 263)",
    ],
    [
      "a wrong mark",
      Buffer.from("\ufeff# coding: latin-1\n"),
      10,
      'the file begins with a UTF-8 mark but declares "latin-1"',
    ],
    ["an unknown encoding", latin1("# coding: klingon\n"), 10, 'the encoding "klingon" is not known'],
    [
      "not the declared encoding",
      latin1("# coding: euc_jp\n'\xff\xff'\n"),
      10,
      'the file is not in the encoding "euc_jp" that it declares',
    ],
    ["ASCII that is not", latin1("# coding: ascii\n'\xe9'\n"), 10, "the file declares ASCII and is not"],
  ])("%s is a problem with its place", (_, file, start, message) => {
    expect(decodeSource(file).problem).toMatchObject({ start, message });
  });
});
