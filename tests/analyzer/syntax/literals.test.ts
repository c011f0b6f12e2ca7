import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floatValue, integerValue, stringValue } from "../../../src/analyzer/syntax/index.js";

const textOf = (source: string): string => {
  const bytes = Buffer.from(source);
  return stringValue(bytes, 0, bytes.length);
};

describe("values of constants", () => {
  test("any text comes back from its literal", () => {
    // JSON's escapes mean the same in Python.
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (units) => {
        const text = String.fromCharCode(...units);
        expect(textOf(JSON.stringify(text))).toBe(text);
      }),
    );
  });

  test("strings side by side are one, whatever stands between them", () => {
    expect(textOf("'a' \"b\"  # 'comment'\n  r'\\n' '''c\nd''' b\"\\x41\\u0041\"")).toBe("ab\\nc\ndA\\u0041");
  });

  test("escapes that mean nothing stay, and so do character names", () => {
    expect(
      textOf(String.raw`'\q\N{BULLET}\x4\U00110000\
\101\0'`),
    ).toBe(`\\q\\N{BULLET}\\x4\\U00110000A\0`);
  });

  test("newlines are line feeds", () => {
    expect(textOf("'''a\r\nb\rc\\\r\nd'''")).toBe("a\nb\ncd");
  });

  test("numbers of any form", () => {
    const integer = (text: string): bigint => integerValue(Buffer.from(text), 0, text.length);
    const float = (text: string): number => floatValue(Buffer.from(text), 0, text.length);
    expect(["0", "1_000", "0x_fF", "0O17", "0b1_0", `1${"0".repeat(40)}`].map(integer)).toEqual([
      0n,
      1000n,
      255n,
      15n,
      2n,
      10n ** 40n,
    ]);
    expect(["1.", ".5", "1_0e-1", "2.5J"].map(float)).toEqual([1, 0.5, 1, 2.5]);
  });
});
