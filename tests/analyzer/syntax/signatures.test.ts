import { describe, expect, test } from "vitest";
import { classParts, docstringOf, functionParts } from "../../../src/analyzer/syntax/index.js";
import { parseText } from "./parsing.js";

const SOURCE = `"""The module."""
@cache
@route("/x")
async def fetch[T: int, **P](a, b: int = 1, /, c=(2, 3), *rest: str, d, e: T = None, **more) -> list[T]:
    r'''Fetches \\x.'''
    return a

def bare(): pass

@final
class Cache[K](Base, mixins.Other, *more, metaclass=Meta, **options):
    "A cache."
`;

describe("parts of functions and classes", () => {
  const tree = parseText(SOURCE);
  const bytes = Buffer.from(SOURCE);
  const [, fetch = 0, bare = 0, cache = 0] = tree.children(tree.root);
  const text = (node: number): string => (node === 0 ? "" : SOURCE.slice(tree.start(node), tree.end(node)));

  test("of a function", () => {
    const parts = functionParts(tree, fetch);
    expect(parts.decorators.map(text)).toEqual(["cache", 'route("/x")']);
    expect(parts.typeParameters.map(text)).toEqual(["T: int", "**P"]);
    expect(text(parts.returns)).toBe("list[T]");
    expect(
      parts.parameters.map((parameter) => [
        parameter.name,
        parameter.kind,
        text(parameter.annotation),
        text(parameter.defaultValue),
      ]),
    ).toEqual([
      ["a", "positional-only", "", ""],
      ["b", "positional-only", "int", "1"],
      ["c", "positional-or-keyword", "", "(2, 3)"],
      ["rest", "var-positional", "str", ""],
      ["d", "keyword-only", "", ""],
      ["e", "keyword-only", "T", "None"],
      ["more", "var-keyword", "", ""],
    ]);
  });

  test("of a function that has none", () => {
    const parts = functionParts(tree, bare);
    expect(parts).toMatchObject({ decorators: [], typeParameters: [], parameters: [], returns: 0 });
    expect(text(parts.body)).toBe("pass");
  });

  test("of a class", () => {
    const parts = classParts(tree, cache);
    expect(parts.decorators.map(text)).toEqual(["final"]);
    expect(parts.typeParameters.map(text)).toEqual(["K"]);
    expect(parts.bases.map(text)).toEqual(["Base", "mixins.Other", "*more"]);
    expect(parts.keywords.map(text)).toEqual(["metaclass=Meta", "**options"]);
  });

  test("docstrings", () => {
    expect(docstringOf(tree, bytes, tree.root)).toBe("The module.");
    expect(docstringOf(tree, bytes, functionParts(tree, fetch).body)).toBe("Fetches \\x.");
    expect(docstringOf(tree, bytes, classParts(tree, cache).body)).toBe("A cache.");
    expect(docstringOf(tree, bytes, functionParts(tree, bare).body)).toBeUndefined();
  });
});
