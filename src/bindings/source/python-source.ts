/** Python source to read types from. Nothing of it is run. */
import { readFileSync } from "node:fs";
import {
  ConstantKind,
  decodeSource,
  integerValue,
  LineIndex,
  NodeKind,
  parseBytes,
  type SyntaxTree,
  stringValue,
} from "../../analyzer/index.js";
import { PythonSourceError } from "../../errors.js";

/** A tree with the bytes it was made from: a file, or a type hint that is written as text. */
export class Fragment {
  constructor(
    readonly tree: SyntaxTree,
    readonly bytes: Uint8Array,
  ) {}

  /** What a string constant says; undefined for any other node. */
  string(node: number): string | undefined {
    const { tree } = this;
    if (tree.kind(node) !== NodeKind.Constant || tree.constantKind(node) !== ConstantKind.Str)
      return undefined;
    return stringValue(this.bytes, tree.start(node), tree.end(node));
  }

  /** The value of an integer constant, with its sign; undefined for any other node. */
  integer(node: number): bigint | undefined {
    const { tree } = this;
    if (tree.kind(node) === NodeKind.Constant && tree.constantKind(node) === ConstantKind.Int)
      return integerValue(this.bytes, tree.start(node), tree.end(node));
    if (tree.kind(node) !== NodeKind.UnaryOp || this.text(node)[0] !== "-") return undefined;
    const value = this.integer(tree.firstChild(node));
    return value === undefined ? undefined : -value;
  }

  isConstant(node: number, kind: ConstantKind): boolean {
    return this.tree.kind(node) === NodeKind.Constant && this.tree.constantKind(node) === kind;
  }

  /** As it is written. */
  text(node: number): string {
    return Buffer.from(this.bytes.subarray(this.tree.start(node), this.tree.end(node))).toString("utf8");
  }

  /** `a.b.c` as its parts; undefined for anything else. */
  dotted(node: number): string[] | undefined {
    const { tree } = this;
    if (tree.kind(node) === NodeKind.Name) return [tree.name(node)];
    if (tree.kind(node) !== NodeKind.Attribute) return undefined;
    const owner = this.dotted(tree.firstChild(node));
    return owner === undefined ? undefined : [...owner, tree.name(node)];
  }

  /** The elements of a tuple or list, else the node itself. */
  elements(node: number): number[] {
    const kind = this.tree.kind(node);
    return kind === NodeKind.Tuple || kind === NodeKind.List ? this.tree.children(node) : [node];
  }
}

/** An expression within its fragment. */
export interface Expression {
  readonly fragment: Fragment;
  readonly node: number;
}

const encoder = new TextEncoder();

/** Reads a type hint that is written as text: `"list[User]"`. Undefined when it is not one expression. */
export function parseHint(text: string): Expression | undefined {
  // In parentheses, because a text in triple quotes may have several lines.
  const bytes = encoder.encode(`(${text.trim()})`);
  const tree = parseBytes(bytes);
  if (tree.problems.length > 0) return undefined;
  const [statement, another] = tree.children(tree.root);
  if (statement === undefined || another !== undefined || tree.kind(statement) !== NodeKind.Expr)
    return undefined;
  return { fragment: new Fragment(tree, bytes), node: tree.firstChild(statement) };
}

/** One Python file. */
export class PythonSource extends Fragment {
  private constructor(
    readonly file: string,
    tree: SyntaxTree,
    bytes: Uint8Array,
  ) {
    super(tree, bytes);
  }

  /** @throws PythonSourceError when the file cannot be read or does not parse, with the place. */
  static read(file: string): PythonSource {
    let content: Buffer;
    try {
      content = readFileSync(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = REASONS[code ?? ""] ?? `it cannot be read (${code ?? String(error)})`;
      throw new PythonSourceError(file, reason, undefined, undefined, { cause: error });
    }
    const { bytes, problem } = decodeSource(content);
    const tree = parseBytes(bytes);
    const first = problem ?? tree.problems[0];
    if (first !== undefined) {
      const { line, utf16Column } = new LineIndex(bytes).position(first.start);
      throw new PythonSourceError(file, first.message, line, utf16Column + 1);
    }
    return new PythonSource(file, tree, bytes);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such Python file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};
