/** The source around a finding, in the terms that fixes are written in. */
import { NodeKind, type SyntaxTree } from "../syntax/index.js";

const decoder = new TextDecoder();
const SUITES = new Set([NodeKind.Block, NodeKind.Else, NodeKind.Finally, NodeKind.Module]);
const FUNCTIONS = new Set([NodeKind.FunctionDef, NodeKind.AsyncFunctionDef, NodeKind.Module]);
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export class Place {
  private readonly parents: Int32Array;

  /**
   * @param start - offset of the finding's first byte
   * @param end - offset behind its last byte
   */
  constructor(
    readonly tree: SyntaxTree,
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
    parents: Int32Array,
  ) {
    this.parents = parents;
  }

  /** The largest node that is exactly the finding's range, or 0. */
  get node(): number {
    const { tree, start, end } = this;
    let found = 0;
    tree.walk(tree.root, (node) => {
      if (tree.end(node) < start || tree.start(node) > end) return false;
      if (found === 0 && tree.start(node) === start && tree.end(node) === end) found = node;
      return found === 0;
    });
    return found;
  }

  kind(node: number): NodeKind {
    return this.tree.kind(node);
  }

  parent(node: number): number {
    return this.parents[node] ?? 0;
  }

  /** The node itself or the nearest above it that is of this kind, or 0. */
  enclosing(node: number, ...kinds: readonly NodeKind[]): number {
    for (let at = node; at !== 0; at = this.parent(at)) if (kinds.includes(this.kind(at))) return at;
    return 0;
  }

  /** The statement that a node is in, or 0. */
  statement(node: number): number {
    for (let at = node; at !== 0; at = this.parent(at)) if (SUITES.has(this.kind(this.parent(at)))) return at;
    return 0;
  }

  /** The function that a node is in, or the module. */
  function(node: number): number {
    return this.enclosing(this.parent(node), ...FUNCTIONS);
  }

  text(node: number): string {
    return this.slice(this.tree.start(node), this.tree.end(node));
  }

  slice(start: number, end: number): string {
    return decoder.decode(this.bytes.subarray(start, end));
  }

  /** Whether a comment begins between two offsets. */
  hasComment(start: number, end: number): boolean {
    return this.tree.comments.some((comment) => comment >= start && comment < end);
  }

  /** Offset of the first byte of the line that an offset is in. */
  lineStart(offset: number): number {
    let at = offset;
    while (at > 0 && !this.isBreak(at - 1)) at--;
    return at;
  }

  /** Offset behind the line break that ends the line of an offset. */
  lineEnd(offset: number): number {
    let at = offset;
    while (at < this.bytes.length && !this.isBreak(at)) at++;
    if (this.bytes[at] === CARRIAGE_RETURN && this.bytes[at + 1] === LINE_FEED) at++;
    return Math.min(at + 1, this.bytes.length);
  }

  /** The blanks before a statement, or undefined if something else stands before it on its line. */
  indent(statement: number): string | undefined {
    const start = this.tree.start(statement);
    const before = this.slice(this.lineStart(start), start);
    return before.trim() === "" ? before : undefined;
  }

  /** The line break of this file. */
  get newline(): string {
    const at = this.bytes.findIndex((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN);
    if (at === -1 || this.bytes[at] === LINE_FEED) return "\n";
    return this.bytes[at + 1] === LINE_FEED ? "\r\n" : "\r";
  }

  /** Every node below one, itself included. */
  below(node: number): number[] {
    const nodes: number[] = [];
    this.tree.walk(node, (each) => {
      nodes.push(each);
      return true;
    });
    return nodes;
  }

  private isBreak(at: number): boolean {
    return this.bytes[at] === LINE_FEED || this.bytes[at] === CARRIAGE_RETURN;
  }
}

/** The parent of every node. */
export function parentsOf(tree: SyntaxTree): Int32Array {
  const parents = new Int32Array(tree.count + 1);
  tree.walk(tree.root, (node) => {
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child))
      parents[child] = node;
    return true;
  });
  return parents;
}
