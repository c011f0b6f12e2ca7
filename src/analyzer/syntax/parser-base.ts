/**
 * What every part of the parser stands on: the tokens of the current logical line and the nodes made so far.
 *
 * The parser is one object whose class is built up in layers (base, strings, parameters, expressions, patterns,
 * statements): the grammar is recursive across them, and so they share one `this` instead of importing one another.
 */
import { doubled, grownBytes } from "./growth.js";
import { Lexer } from "./lexer.js";
import type { NodeKind } from "./node-kind.js";
import { describeTokenKind, TokenKind } from "./token-kind.js";

const INITIAL_NODES = 1 << 12;

/**
 * Blocks in blocks, as many as CPython's tokenizer allows, and as many lambdas in lambdas or powers of powers.
 * Brackets are limited by the lexer; long chains of anything else do not recurse.
 */
export const MAX_DEPTH = 99;

/** Thrown where a statement does not parse and caught by that statement. One object: it needs no stack trace. */
export const FAILURE = new Error("the statement does not parse");

const { Newline, End } = TokenKind;

export abstract class ParserBase {
  protected readonly lexer = new Lexer();

  /** Kind of the current token, `tokenKinds[index]`. */
  protected kind: number = End;
  protected index = 0;
  protected tokenKinds = this.lexer.kinds;
  protected tokenStarts = this.lexer.starts;
  protected tokenEnds = this.lexer.ends;
  protected tokenValues = this.lexer.values;
  /** Where the last token before the current one ends, newlines and indentation left out. */
  protected lastEnd = 0;
  protected depth = 0;

  protected nodeCount = 0;
  protected nodeKinds = new Uint8Array(INITIAL_NODES);
  protected nodeStarts = new Int32Array(INITIAL_NODES);
  protected nodeEnds = new Int32Array(INITIAL_NODES);
  protected nodeData = new Int32Array(INITIAL_NODES);
  protected firstChildren = new Int32Array(INITIAL_NODES);
  protected nextSiblings = new Int32Array(INITIAL_NODES);

  protected loadLine(): void {
    const { lexer } = this;
    lexer.loadLine();
    this.tokenKinds = lexer.kinds;
    this.tokenStarts = lexer.starts;
    this.tokenEnds = lexer.ends;
    this.tokenValues = lexer.values;
    this.index = 0;
    this.kind = this.tokenKinds[0]!;
  }

  /** Goes behind the current token; never called on the Newline or End that is the last of its line. */
  protected advance(): void {
    this.lastEnd = this.tokenEnds[this.index]!;
    this.kind = this.tokenKinds[++this.index]!;
  }

  /** Goes behind an Indent or Dedent, which are no part of any node. */
  protected advanceIndentation(): void {
    this.kind = this.tokenKinds[++this.index]!;
  }

  /** Goes back to a token of the current line. */
  protected rewind(index: number, lastEnd: number): void {
    this.index = index;
    this.kind = this.tokenKinds[index]!;
    this.lastEnd = lastEnd;
  }

  protected peek(): number {
    // Behind the Newline stands what an earlier, longer line left there.
    return this.kind === Newline || this.kind === End ? this.kind : this.tokenKinds[this.index + 1]!;
  }

  protected accept(kind: number): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  protected expect(kind: number): void {
    if (this.kind !== kind) this.fail(`expected ${describeTokenKind(kind)}`);
    this.advance();
  }

  /** The id of the name that must stand here. */
  protected identifier(): number {
    const name = this.tokenValues[this.index]!;
    this.expect(TokenKind.Name);
    return name;
  }

  /** Reports the current token and gives up the statement. */
  protected fail(message: string): never {
    this.reportHere(message);
    throw FAILURE;
  }

  protected reportHere(message: string): void {
    const found = describeTokenKind(this.kind);
    const text = message.startsWith("expected") ? `${message}, found ${found}` : message;
    this.report(this.tokenStarts[this.index]!, this.tokenEnds[this.index]!, text);
  }

  protected report(start: number, end: number, message: string): void {
    this.lexer.log.add(start, end, message);
  }

  protected enter(): void {
    if (this.depth >= MAX_DEPTH) this.fail(`this is nested more than ${MAX_DEPTH} levels deep`);
    this.depth++;
  }

  /** A node whose end and children come later. */
  protected open(kind: NodeKind, start: number, data: number): number {
    const node = ++this.nodeCount;
    if (node === this.nodeKinds.length) this.growNodes();
    this.nodeKinds[node] = kind;
    this.nodeStarts[node] = start;
    this.nodeData[node] = data;
    this.firstChildren[node] = 0;
    this.nextSiblings[node] = 0;
    return node;
  }

  /** A node that ends behind the last token, with its first child or 0. */
  protected make(kind: NodeKind, start: number, data: number, child: number): number {
    const node = this.open(kind, start, data);
    this.nodeEnds[node] = this.lastEnd;
    this.firstChildren[node] = child;
    return node;
  }

  /** The node that is the current token, which is passed. */
  protected leaf(kind: NodeKind, data: number): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(kind, start, data, 0);
  }

  protected close(node: number): number {
    this.nodeEnds[node] = this.lastEnd;
    return node;
  }

  /** Puts `node` behind `last`, or first if `last` is 0; returns it as the new last. */
  protected append(parent: number, last: number, node: number): number {
    if (last === 0) this.firstChildren[parent] = node;
    else this.nextSiblings[last] = node;
    return node;
  }

  private growNodes(): void {
    this.nodeKinds = grownBytes(this.nodeKinds, 0);
    this.nodeStarts = doubled(this.nodeStarts);
    this.nodeEnds = doubled(this.nodeEnds);
    this.nodeData = doubled(this.nodeData);
    this.firstChildren = doubled(this.firstChildren);
    this.nextSiblings = doubled(this.nextSiblings);
  }
}
