/** One file of a project, with places in it as findings name them. */
import type { SourceRange } from "../../analyzer/index.js";
import { type CodeStyle, codeOnly } from "./code-only.js";
import type { FileKind } from "./file-kind.js";

export class ProjectFile {
  private starts: readonly number[] | undefined;
  private readonly codes = new Map<CodeStyle, string>();

  constructor(
    readonly path: string,
    readonly kind: FileKind,
    readonly text: string,
  ) {}

  /** The folder it lies in, `""` for the project's own. */
  get folder(): string {
    return this.path.slice(0, Math.max(0, this.path.lastIndexOf("/")));
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** The text with comments blanked out, and strings too where the style says so; offsets stay what they were. */
  code(style: CodeStyle): string {
    let code = this.codes.get(style);
    if (code === undefined) {
      code = codeOnly(this.text, style);
      this.codes.set(style, code);
    }
    return code;
  }

  /** The range between two offsets. */
  range(start: number, end: number): SourceRange {
    const [first, last] = [this.place(start), this.place(Math.max(start, end))];
    const { line, column } = first;
    return { path: this.path, line, column, endLine: last.line, endColumn: last.column };
  }

  /** The range of a line from its first to its last character that is no blank; line from 1. */
  lineRange(line: number): SourceRange {
    const starts = this.lineStarts();
    const start = starts[Math.min(line, starts.length) - 1] ?? 0;
    const text = this.text.slice(start, starts[line] ?? this.text.length);
    const blanks = text.length - text.trimStart().length;
    return this.range(start + Math.min(blanks, text.trimEnd().length), start + text.trimEnd().length);
  }

  /** The whole file, as its first line. */
  head(): SourceRange {
    return this.lineRange(1);
  }

  /**
   * The first place where the text is found from an offset on; the head of the file if it is nowhere.
   * @param isWord - it is no part of a longer name
   */
  find(text: string, from = 0, isWord = false): SourceRange {
    for (let at = this.text.indexOf(text, from); at >= 0; at = this.text.indexOf(text, at + 1)) {
      const around = `${this.text[at - 1] ?? " "}${this.text[at + text.length] ?? " "}`;
      if (!isWord || !/[\w.-]/.test(around)) return this.range(at, at + text.length);
    }
    return this.head();
  }

  private place(offset: number): { line: number; column: number } {
    const starts = this.lineStarts();
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  private lineStarts(): readonly number[] {
    if (this.starts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1))
        starts.push(at + 1);
      this.starts = starts;
    }
    return this.starts;
  }
}
