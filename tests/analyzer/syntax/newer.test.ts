/**
 * Syntax newer than the interpreters most machines have (3.14, 3.15): the expected trees stand beside the sources,
 * read against the documentation of `ast`; an interpreter that knows the syntax is asked as well.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseBytes } from "../../../src/analyzer/syntax/index.js";
import { astText } from "./ast-text.js";
import { AstDumper, findInterpreters } from "./cpython.js";

const folder = fileURLToPath(new URL("./newer/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".py"));
const newest = findInterpreters().map((interpreter) => new AstDumper(interpreter))[0];

afterAll(() => newest?.close());

describe("syntax of Python 3.14 and 3.15", () => {
  test.each(names)("%s", async (name) => {
    const bytes = readFileSync(folder + name);
    const expected = readFileSync(folder + name.replace(/\.py$/, ".txt"), "utf8").replace(/\n$/, "");
    const tree = parseBytes(bytes);
    expect(tree.problems).toEqual([]);
    expect(astText(tree, bytes)).toBe(expected);
    const dump = await newest?.dump(folder + name);
    if (dump?.ok === true) expect(dump.text).toBe(expected);
  });
});
