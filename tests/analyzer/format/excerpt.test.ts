import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { excerptOf } from "../../../src/analyzer/format/excerpt.js";

function excerpt(line: string, column: number, endColumn: number, endLine = 1): string[] {
  const { source, marks } = excerptOf(line, { path: "a.py", line: 1, column, endLine, endColumn });
  return [source, marks];
}

describe("a line with a caret below what is meant", () => {
  test("as it is written", () => {
    expect(excerpt("    count += 1", 5, 15)).toEqual(["    count += 1", "    ^^^^^^^^^^"]);
  });

  test("to the end of the line where it goes on behind it", () => {
    expect(excerpt("x = f(  ", 5, 2, 3)).toEqual(["x = f(", "    ^^"]);
  });

  test("with tabs as blanks and wide characters as two columns", () => {
    expect(excerpt("\tx = '漢字' + y", 13, 14)).toEqual(["        x = '漢字' + y", `${" ".repeat(21)}^`]);
  });

  test("at least one caret, also for nothing", () => {
    expect(excerpt("x", 1, 1)).toEqual(["x", "^"]);
  });

  test("in part, where the line is long", () => {
    const [source = "", marks = ""] = excerpt(`x = [${"1, ".repeat(400)}name]`, 1206, 1210);
    expect(source.length).toBeLessThan(150);
    expect(source.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("name");
  });

  test("for any line and range: no control characters, and one run of carets", () => {
    const line = fc.string({ unit: "binary", maxLength: 300 }).map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(line, fc.nat(300), fc.nat(300), (text, start, length) => {
        const from = Math.min(start, text.length);
        const [source = "", marks = ""] = excerpt(text, from + 1, Math.min(from + length, text.length) + 1);
        expect(source).not.toMatch(/\p{Cc}/u);
        expect(marks).toMatch(/^ *\^+$/);
      }),
    );
  });
});
