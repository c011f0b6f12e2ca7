/** Damaged source: the parser always ends, never throws, and what it returns is a tree over the source. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSource, parseBytes } from "../../../src/analyzer/syntax/index.js";
import { checkTree, parseText } from "./parsing.js";

const TOKEN = /\s*(?:\w+|"""|'''|[rbftu]*["']|[^\s\w])|\s+/gu;
const RUNS = 150;

const sources = ["cases", "newer"].flatMap((folder) => {
  const path = fileURLToPath(new URL(`./${folder}/`, import.meta.url));
  return readdirSync(path)
    .filter((name) => name.endsWith(".py"))
    .map((name) => new TextDecoder().decode(decodeSource(readFileSync(path + name)).bytes));
});
const tokens = sources.map((source) => source.match(TOKEN) ?? []).filter((parts) => parts.length > 10);
const FRAGMENTS = [
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ":",
  ",",
  "=",
  "'",
  '"',
  '"""',
  'f"',
  'f"{',
  "{x:",
  "\\",
  "\n",
  "\n    ",
  "\t",
];
const WORDS = [
  "def",
  "class",
  "if",
  "else",
  "match",
  "case",
  "type",
  "lazy",
  "lambda",
  "not",
  "await",
  "*",
  "**",
  "@",
  "->",
  "é",
  "\0",
];

/** Nodes are made from tokens only: more than a few for each byte means that something is parsed again and again. */
const NODES_PER_BYTE = 4;

function check(source: string): void {
  const length = Buffer.byteLength(source);
  const tree = parseText(source);
  checkTree(tree, length);
  expect(tree.count).toBeLessThanOrEqual(NODES_PER_BYTE * length + 10);
}

const place = fc.record({
  file: fc.nat(tokens.length - 1),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
const index = (parts: readonly string[], at: number): number => Math.floor(at * parts.length);

describe("damaged source", () => {
  test("with tokens left out", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 30 }), ({ file, at }, count) => {
        const parts = [...(tokens[file] ?? [])];
        parts.splice(index(parts, at), count);
        check(parts.join(""));
      }),
      { numRuns: RUNS },
    );
  });

  test("with tokens put in", () => {
    const inserted = fc.array(fc.constantFrom(...FRAGMENTS, ...WORDS), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(place, inserted, ({ file, at }, fragments) => {
        const parts = [...(tokens[file] ?? [])];
        parts.splice(index(parts, at), 0, ` ${fragments.join(" ")} `);
        check(parts.join(""));
      }),
      { numRuns: RUNS },
    );
  });

  test("cut off anywhere", () => {
    fc.assert(
      fc.property(place, ({ file, at }) => {
        const parts = tokens[file] ?? [];
        check(parts.slice(0, index(parts, at)).join(""));
      }),
      { numRuns: RUNS },
    );
  });

  test("every single token of a file left out, in turn", () => {
    for (const parts of tokens) {
      const step = Math.max(1, Math.floor(parts.length / 60));
      for (let at = 0; at < parts.length; at += step)
        check([...parts.slice(0, at), ...parts.slice(at + 1)].join(""));
    }
  });

  test("made of fragments only", () => {
    const soup = fc.array(fc.constantFrom(...FRAGMENTS, ...WORDS, "x", " ", "1"), { maxLength: 60 });
    fc.assert(
      fc.property(soup, (fragments) => check(fragments.join(""))),
      { numRuns: 3 * RUNS },
    );
  });

  test("of any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const source = decodeSource(bytes);
        checkTree(parseBytes(source.bytes), source.bytes.length);
      }),
      { numRuns: 3 * RUNS },
    );
  });
});
