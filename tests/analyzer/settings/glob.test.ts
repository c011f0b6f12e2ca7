import fc from "fast-check";
import { expect, it } from "vitest";
import { pathPattern } from "../../../src/analyzer/settings/glob.js";

it.each([
  ["*.py", ["a.py", "x/y/a.py"], ["a.pyi"]],
  ["legacy/", ["legacy", "a/legacy"], ["legacy/a.py"]],
  ["/legacy", ["legacy"], ["a/legacy"]],
  ["a/**/b.py", ["a/b.py", "a/x/y/b.py"], ["a/xb.py", "c/a/b.py"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b/a/c"]],
  ["[ab]?.py", ["a1.py", "b2.py"], ["c1.py", "a.py"]],
  ["[!a].py", ["b.py"], ["a.py"]],
  ["a+(b).py", ["a+(b).py"], ["aab.py"]],
])("%s", (pattern, fitting, others) => {
  const fits = pathPattern(pattern);
  expect(fitting.filter((path) => !fits(path))).toEqual([]);
  expect(others.filter((path) => fits(path))).toEqual([]);
});

it("takes any text for a pattern, and a text without special characters fits itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (pattern, path) => {
      expect(typeof pathPattern(pattern)(path)).toBe("boolean");
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[\w.+(){}|^$-]+(\/[\w.+(){}|^$-]+)*$/), (path) => {
      fc.pre(!path.startsWith("./"));
      expect(pathPattern(path)(path)).toBe(true);
    }),
  );
});
