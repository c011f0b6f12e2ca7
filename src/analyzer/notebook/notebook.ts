/**
 * A Jupyter notebook (nbformat 4) as one Python source: its code cells one behind the other, as they share one module.
 * A cell that does not parse is told of and blanked, so that it does not swallow the next.
 */
import { describe } from "../../errors.js";
import { parseBytes, type SyntaxProblem } from "../syntax/index.js";
import { withoutMagics } from "./magics.js";

/** Line 1 of the source, so that no comment of a cell is taken for a declaration of the encoding. */
const HEAD = "# coding: utf-8\n";
const SPACE = 32;
const LINE_FEED = 10;

/** A code cell. */
export interface Cell {
  /** Among all cells of the notebook, from 1. */
  readonly number: number;
  /** Its first line in the source, from 1. */
  readonly firstLine: number;
}

export interface Notebook {
  /** UTF-8. */
  readonly source: Uint8Array;
  readonly cells: readonly Cell[];
  /** What does not parse; offsets of the source. */
  readonly problems: readonly SyntaxProblem[];
}

export function isNotebook(path: string): boolean {
  return path.endsWith(".ipynb");
}

/** The notebook in a file, or what is wrong with the file. */
export function readNotebook(file: Uint8Array): Notebook | { readonly problem: string } {
  const read = codeCells(file);
  if ("problem" in read) return { problem: `not a notebook: ${read.problem}` };
  const cells: Cell[] = [];
  const problems: SyntaxProblem[] = [];
  const parts: Uint8Array[] = [Buffer.from(HEAD)];
  let line = 2;
  let offset = HEAD.length;
  for (const { number, code } of read.cells) {
    const python = withoutMagics(code);
    const bytes = Buffer.from(`${python}\n`);
    const broken = parseBytes(bytes).problems;
    for (const { start, end, message } of broken)
      problems.push({ start: offset + start, end: offset + end, message });
    parts.push(broken.length === 0 ? bytes : blanked(bytes));
    cells.push({ number, firstLine: line });
    line += python.split("\n").length;
    offset += bytes.length;
  }
  return { source: Buffer.concat(parts), cells, problems };
}

/** The cell and the line in it that a line of the source is. */
export function placeInCell({ cells }: Notebook, line: number): { cell: number; line: number } {
  const cell = cells.findLast(({ firstLine }) => firstLine <= line);
  return cell === undefined ? { cell: 1, line: 1 } : { cell: cell.number, line: line - cell.firstLine + 1 };
}

/** The line of the source that a line of a cell is. */
export function lineInSource({ cells }: Notebook, cell: number, line: number): number {
  const firstLine = cells.find(({ number }) => number === cell)?.firstLine ?? 1;
  return firstLine + line - 1;
}

function blanked(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === LINE_FEED ? byte : SPACE));
}

interface CodeCell {
  readonly number: number;
  readonly code: string;
}

function codeCells(file: Uint8Array): { readonly cells: CodeCell[] } | { readonly problem: string } {
  const text = new TextDecoder().decode(file);
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    return { problem: brokenJson(text, error) };
  }
  if (!isObject(notebook)) return { problem: `it is ${describe(notebook)}, expected an object` };
  if (Array.isArray(notebook.worksheets))
    return { problem: "its format is older than 4; open and save it with Jupyter" };
  if (!Array.isArray(notebook.cells))
    return { problem: `"cells" is ${describe(notebook.cells)}, expected an array` };
  if (!isPython(notebook.metadata)) return { cells: [] };
  const cells: CodeCell[] = [];
  for (const [index, cell] of notebook.cells.entries()) {
    if (!isObject(cell)) return { problem: `cell ${index + 1} is ${describe(cell)}, expected an object` };
    if (cell.cell_type !== "code") continue;
    const { source } = cell;
    const isLines = Array.isArray(source) && source.every((line) => typeof line === "string");
    if (typeof source !== "string" && !isLines)
      return { problem: `the source of cell ${index + 1} is ${describe(source)}, expected text` };
    cells.push({ number: index + 1, code: isLines ? source.join("") : String(source) });
  }
  return { cells };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A notebook that names no language is Python. */
function isPython(metadata: unknown): boolean {
  if (!isObject(metadata)) return true;
  const { kernelspec, language_info } = metadata;
  const language =
    (isObject(kernelspec) ? kernelspec.language : undefined) ??
    (isObject(language_info) ? language_info.name : undefined);
  return typeof language !== "string" || /python/i.test(language);
}

function brokenJson(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const position = /position (\d+)/.exec(String(error))?.[1];
  if (position === undefined) return "its JSON is broken";
  return `its JSON is broken at line ${text.slice(0, Number(position)).split("\n").length}`;
}
