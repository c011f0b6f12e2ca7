/**
 * The syntax tree of one file: a struct of arrays in one buffer, which moves between threads without a copy.
 * A node is a number from 1 to `count`; 0 is no node. Offsets are bytes of the UTF-8 source.
 */
import {
  CONTEXT_SHIFT,
  type ConstantKind,
  type Context,
  NAME_MASK,
  type NodeKind,
  type Operator,
} from "./node-kind.js";
import type { SyntaxProblem } from "./problems.js";
import { type TreeSize, treeArrays } from "./tree-layout.js";

const decoder = new TextDecoder();

/** A tree as it travels between threads. */
export interface TreeParts {
  readonly root: number;
  readonly size: TreeSize;
  readonly buffer: ArrayBuffer;
  readonly problems: readonly SyntaxProblem[];
}

export class SyntaxTree {
  /** The Module. */
  readonly root: number;
  /** Number of nodes. */
  readonly count: number;
  /** What does not parse; empty for a correct file. */
  readonly problems: readonly SyntaxProblem[];
  /** Where each comment begins, in order. */
  readonly comments: Int32Array;
  /** Kind, first and behind-the-last byte, {@link NodeKind}'s data, first child and next sibling by node. */
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly data: Int32Array;
  readonly firstChildren: Int32Array;
  readonly nextSiblings: Int32Array;

  private readonly parts: TreeParts;
  private readonly nameOffsets: Int32Array;
  private readonly namePool: Uint8Array;
  private readonly nameTexts: (string | undefined)[] = [];

  constructor(parts: TreeParts) {
    const arrays = treeArrays(parts.buffer, parts.size);
    this.parts = parts;
    this.root = parts.root;
    this.count = parts.size.count;
    this.problems = parts.problems;
    this.starts = arrays.starts;
    this.ends = arrays.ends;
    this.data = arrays.data;
    this.firstChildren = arrays.firstChildren;
    this.nextSiblings = arrays.nextSiblings;
    this.nameOffsets = arrays.nameOffsets;
    this.comments = arrays.comments;
    this.kinds = arrays.kinds;
    this.namePool = arrays.namePool;
  }

  /** What to post to another thread, with `buffer` in the transfer list; `new SyntaxTree(parts)` there. */
  toParts(): TreeParts {
    return this.parts;
  }

  /** Bytes this tree occupies. */
  get byteLength(): number {
    return this.parts.buffer.byteLength;
  }

  kind(node: number): NodeKind {
    return this.kinds[node]!;
  }

  /** Offset of the node's first byte. */
  start(node: number): number {
    return this.starts[node]!;
  }

  /** Offset behind the node's last byte. */
  end(node: number): number {
    return this.ends[node]!;
  }

  /** The first child, or 0. */
  firstChild(node: number): number {
    return this.firstChildren[node]!;
  }

  /** The next child of the same parent, or 0. */
  nextSibling(node: number): number {
    return this.nextSiblings[node]!;
  }

  children(node: number): number[] {
    const nodes: number[] = [];
    for (let child = this.firstChildren[node]!; child !== 0; child = this.nextSiblings[child]!)
      nodes.push(child);
    return nodes;
  }

  lastChild(node: number): number {
    let last = 0;
    for (let child = this.firstChildren[node]!; child !== 0; child = this.nextSiblings[child]!) last = child;
    return last;
  }

  /** The id of the name that a node is or carries, or 0. Equal names of one file have equal ids. */
  nameId(node: number): number {
    return this.data[node]! & NAME_MASK;
  }

  /** The name that a node is or carries, or "". */
  name(node: number): string {
    return this.nameText(this.data[node]! & NAME_MASK);
  }

  /** The text of a name id, or "" for 0. */
  nameText(id: number): string {
    if (id === 0) return "";
    let text = this.nameTexts[id];
    if (text === undefined) {
      text = decoder.decode(this.namePool.subarray(this.nameOffsets[id], this.nameOffsets[id + 1]));
      this.nameTexts[id] = text;
    }
    return text;
  }

  /** Number of name ids; ids run from 1 to this. */
  get nameCount(): number {
    return this.parts.size.nameCount;
  }

  /** What happens to a name, attribute, item, list or tuple. */
  context(node: number): Context {
    return this.data[node]! >> CONTEXT_SHIFT;
  }

  /** The operator of an operation, augmented assignment or simple comparison. */
  operator(node: number): Operator {
    return this.data[node]!;
  }

  /** The type of a Constant or MatchSingleton. */
  constantKind(node: number): ConstantKind {
    return this.data[node]!;
  }

  /** Calls `visit` for `from` and everything below it, parents first, in the order of the source; false skips what is below. */
  walk(from: number, visit: (node: number, depth: number) => boolean | undefined): void {
    const { firstChildren, nextSiblings } = this;
    const path = [from];
    let node = from;
    for (;;) {
      const child = visit(node, path.length - 1) === false ? 0 : firstChildren[node]!;
      if (child !== 0) {
        path.push(child);
        node = child;
        continue;
      }
      while (node !== from && nextSiblings[node] === 0) {
        path.pop();
        node = path.at(-1)!;
      }
      if (node === from) return;
      node = nextSiblings[node]!;
      path[path.length - 1] = node;
    }
  }
}
