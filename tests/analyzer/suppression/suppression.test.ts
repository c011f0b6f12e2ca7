import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applySuppressions,
  type Suppression,
  suppressionsOf,
} from "../../../src/analyzer/suppression/index.js";
import { LineIndex, parseBytes } from "../../../src/analyzer/syntax/index.js";

function suppressions(source: string): Suppression[] {
  const bytes = Buffer.from(source);
  return suppressionsOf(bytes, parseBytes(bytes).comments, () => new LineIndex(bytes));
}

const finding = (rule: string, line: number, endLine = line) => ({ rule, line, endLine });
const all = (): boolean => true;

describe("a comment is read", () => {
  test("at the end of a line, with its reason", () => {
    expect(suppressions("x = 1\ny += 1  # nogil: ignore[NG101] one thread only\n")).toMatchObject([
      { line: 2, target: 2, rules: ["NG101"], reason: "one thread only", problem: undefined },
    ]);
  });

  test("alone on a line, for the next line of code", () => {
    expect(suppressions("# nogil: ignore[NG101, NG111b]\n\n# more\nx = 1\n")).toMatchObject([
      { line: 1, target: 4, rules: ["NG101", "NG111b"] },
    ]);
  });

  test("whatever its blanks and its case", () => {
    expect(
      suppressions("x = 1 #nogil:ignore[NG101]\ny = 1 #  Nogil :  ignore [NG102] - why\n"),
    ).toMatchObject([{ rules: ["NG101"] }, { rules: ["NG102"], reason: "why" }]);
  });

  test("behind characters of several bytes, at its own place", () => {
    const source = 'x = "äöü𝒳"  # nogil: ignore[NG101] ä\n';
    const [one] = suppressions(source);
    expect(Buffer.from(source).toString("utf8", one?.start, one?.end)).toBe("# nogil: ignore[NG101] ä");
  });

  test("not inside a string, and not when it is about something else", () => {
    expect(suppressions('x = "# nogil: ignore[NG101]"\n# nogil is a word\n# no\n#\n')).toEqual([]);
  });

  test.each([
    ["# nogil: ignore", "it names no rule"],
    ["# nogil: ignore[E501]", '"E501" is not the code of a rule'],
    ["# nogil: ignore[]", '"" is not the code of a rule'],
    ["# nogil: skip", '"skip" is not known here'],
  ])("%s is wrong: %s", (comment, message) => {
    const [one] = suppressions(`x = 1  ${comment}\n`);
    expect(one?.problem).toContain(message);
    expect(one?.problem).toContain("# nogil: ignore[NG105] reason");
    expect(applySuppressions([finding("NG105", 1)], [one as Suppression], all).kept).toHaveLength(1);
  });

  test("never throws, whatever the comment", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const line = `x = 1  # nogil: ignore${text.replace(/[\r\n\f\v\0\u2028\u2029]/g, " ")}\n`;
        expect(suppressions(line).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("findings are suppressed", () => {
  const [trailing] = suppressions("x = 1  # nogil: ignore[NG101]\n") as [Suppression];

  test("on the line, of that rule, and no others", () => {
    const findings = [finding("NG101", 1), finding("NG102", 1), finding("NG101", 2)];
    const { kept, suppressed, unused } = applySuppressions(findings, [trailing], all);
    expect(suppressed).toEqual([findings[0]]);
    expect(kept).toEqual([findings[1], findings[2]]);
    expect(unused).toEqual([]);
  });

  test("where the finding spans several lines, from any of them", () => {
    const [last] = suppressions("x = f(\n  1,\n)  # nogil: ignore[NG101]\n") as [Suppression];
    expect(applySuppressions([finding("NG101", 1, 3)], [last], all).kept).toEqual([]);
  });

  test("and one with nothing to suppress is unused, if its rule was checked", () => {
    expect(applySuppressions([finding("NG102", 1)], [trailing], all).unused).toEqual([trailing]);
    expect(applySuppressions([], [trailing], (rule) => rule !== "NG101").unused).toEqual([]);
  });
});
