import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findInterpreters } from "./cpython.js";
import { problemsOf } from "./parsing.js";

test.each([
  ['"\\x4"', '\\x takes two hexadecimal digits at "\\\\x"'],
  ['b"\\xg0"', '\\x takes two hexadecimal digits at "\\\\x"'],
  ['"\\u123"', '\\u takes four hexadecimal digits at "\\\\u"'],
  ['"\\U00110000"', '\\U takes eight hexadecimal digits, at most 0010ffff at "\\\\U"'],
  ['"\\N"', '\\N takes the name of a character in braces at "\\\\N"'],
  ['f"{a}\\x4"', '\\x takes two hexadecimal digits at "\\\\x"'],
  ['"""\n\\u12"""', '\\u takes four hexadecimal digits at "\\\\u"'],
])("%s is refused where it is wrong", (source, problem) => {
  expect(problemsOf(`x = ${source}\n`)).toEqual([problem]);
});

test.each(['r"\\x"', 'b"\\u"', '"\\\\x"', 'rf"{a}\\u"', '"\\N{DIGIT ONE}\\u12aB\\U0010ffff\\xfF"', '"\\q"'])(
  "%s is accepted",
  (source) => {
    expect(problemsOf(`x = ${source}\n`)).toEqual([]);
  },
);

test("as CPython does, for strings of any escapes", () => {
  const parts = ["\\", "x", "u", "U", "N{DIGIT ONE}", "0", "1f", "0010ffff", "g", "{{", " "];
  const texts = fc.sample(fc.array(fc.constantFrom(...parts), { maxLength: 5 }), { numRuns: 1_200, seed: 7 });
  const prefixes = ["", "b", "r", "f"];
  const sources = texts.map((text, index) => `${prefixes[index % 4]}"""${text.join("")} """`);
  const code = [
    "import ast, json, sys, warnings",
    "warnings.simplefilter('ignore')",
    "def accepts(source):",
    "    try: ast.parse(source)",
    "    except (SyntaxError, ValueError): return False",
    "    return True",
    "print(json.dumps([accepts(source) for source in json.load(sys.stdin)]))",
  ].join("\n");
  const python = findInterpreters()[0]?.executable ?? "";
  const answer = execFileSync(python, ["-c", code], { input: JSON.stringify(sources), encoding: "utf8" });
  const theirs = JSON.parse(answer) as boolean[];
  const differing = sources.filter(
    (source, index) => (problemsOf(`${source}\n`).length === 0) !== theirs[index],
  );
  expect(differing).toEqual([]);
  expect(theirs.filter(Boolean).length).toBeGreaterThan(50);
  expect(theirs.filter((isAccepted) => !isAccepted).length).toBeGreaterThan(50);
});
