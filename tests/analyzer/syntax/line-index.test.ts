import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineIndex } from "../../../src/analyzer/syntax/index.js";

const piece = fc.constantFrom("a", "é", "日", "😀", " ", "\n", "\r\n", "\r", "xyz");

describe("LineIndex", () => {
  test("counts lines and columns as the text itself does", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(), (before, pick) => {
        // A newline cut in two is no position that a tree has.
        const cut = before.slice(0, pick % (before.length + 1));
        const head = cut.join("");
        const index = new LineIndex(Buffer.from(`${head}${before.slice(cut.length).join("")}`));
        const cutsNewline = head.endsWith("\r") && before[cut.length]?.startsWith("\n");
        fc.pre(cutsNewline !== true);
        const lines = head.split(/\r\n|\r|\n/);
        const last = lines.at(-1) ?? "";
        const offset = Buffer.byteLength(head);
        expect(index.position(offset)).toEqual({
          line: lines.length,
          byteColumn: Buffer.byteLength(last),
          utf16Column: last.length,
        });
        expect(index.offset(lines.length, Buffer.byteLength(last))).toBe(offset);
      }),
    );
  });

  test("gives the text of a line without its newline", () => {
    const index = new LineIndex(Buffer.from("a\r\nbé\rc\n"));
    expect(index.lineCount).toBe(4);
    expect([1, 2, 3, 4].map((line) => index.lineText(line))).toEqual(["a", "bé", "c", ""]);
  });
});
