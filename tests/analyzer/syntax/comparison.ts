/** Compares our tree of files with the tree of the newest interpreter that accepts them. */
import { readFileSync } from "node:fs";
import { decodeSource, LineIndex, parseBytes } from "../../../src/analyzer/syntax/index.js";
import { astText } from "./ast-text.js";
import { AstDumper, type Dump, type Interpreter } from "./cpython.js";

export interface Comparison {
  /** Files that an interpreter accepts, and whose tree is the same. */
  equal: number;
  /** Files that neither side accepts. */
  rejected: number;
  /** Files in the syntax of a Python newer than all that were asked. */
  newer: number;
  /** Nodes of the equal trees. */
  nodes: number;
  /** One text a file that differs. */
  readonly differences: string[];
}

/** @param interpreters - newest first; the older ones are asked only about files that the newer reject */
export async function compareTrees(
  interpreters: readonly Interpreter[],
  files: readonly string[],
): Promise<Comparison> {
  const result: Comparison = { equal: 0, rejected: 0, newer: 0, nodes: 0, differences: [] };
  const [newest, ...older] = interpreters.map((interpreter) => new AstDumper(interpreter));
  if (newest === undefined) throw new Error("no CPython to compare with");
  try {
    let index = 0;
    for await (const first of newest.dumpAll(files)) {
      const file = files[index++] ?? "";
      let dump = first;
      for (const dumper of older) if (!dump.ok) dump = await dumper.dump(file);
      if (isNewer(file, dump)) {
        result.newer++;
        continue;
      }
      const difference = compareFile(file, dump);
      if (difference !== undefined) result.differences.push(difference);
      else if (dump.ok) {
        result.equal++;
        result.nodes += dump.text.split("\n").length;
      } else result.rejected++;
    }
  } finally {
    await Promise.all([newest, ...older].map((dumper) => dumper.close()));
  }
  return result;
}

/**
 * `except A, B:` is Python 2 for `except A as B:` and, without parentheses round a tuple, Python 3.14 (PEP 758): where
 * nothing else is wrong with a file, it is correct for a parser of 3.14 and an error for an older interpreter.
 */
const EXCEPT_WITHOUT_PARENTHESES = /^\s*except\*?\s+[^(,][^,]*,[^:]+:/;

function isNewer(file: string, dump: Dump): boolean {
  const line = /line (\d+)\)/.exec(dump.text)?.[1];
  if (dump.ok || line === undefined) return false;
  const source = readFileSync(file, "latin1").split("\n");
  return EXCEPT_WITHOUT_PARENTHESES.test(source[Number(line) - 1] ?? "") && parsesWhole(file);
}

function parsesWhole(file: string): boolean {
  const source = decodeSource(readFileSync(file));
  return source.problem === undefined && parseBytes(source.bytes).problems.length === 0;
}

function compareFile(file: string, dump: Dump): string | undefined {
  const source = decodeSource(readFileSync(file));
  const tree = parseBytes(source.bytes);
  const problem = source.problem ?? tree.problems[0];
  const place = (offset: number): string => `${file}:${new LineIndex(source.bytes).line(offset)}`;
  if (!dump.ok)
    return problem === undefined ? `${file}: we accept what CPython rejects: ${dump.text}` : undefined;
  if (problem !== undefined)
    return `${place(problem.start)}: we reject what CPython accepts: ${problem.message}`;
  const ours = astText(tree, source.bytes);
  if (ours === dump.text) return undefined;
  const ourLines = ours.split("\n");
  const theirLines = dump.text.split("\n");
  const at = theirLines.findIndex((line, i) => line !== ourLines[i]);
  const offset = Number((theirLines[at] ?? ourLines.at(-1) ?? "").split(" ")[2]);
  return `${place(offset)}: ours "${ourLines[at]}", CPython's "${theirLines[at]}"`;
}
