/**
 * Compound statements, blocks and whole files. A statement that does not parse becomes an Error node up to the end
 * of its line; the block below it, if there is one, is still read, so that one mistake hides little.
 */

import { SoftKeyword } from "./names.js";
import { NodeKind } from "./node-kind.js";
import { FAILURE, MAX_DEPTH } from "./parser-base.js";
import { SimpleStatementParser } from "./simple-statement-parser.js";
import { TokenKind } from "./token-kind.js";

const {
  End,
  Newline,
  Indent,
  Dedent,
  Name,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Comma,
  Colon,
  Arrow,
  At,
  Star,
  Yield,
  As,
  Async,
  Class,
  Def,
  Elif,
  Else,
  Except,
  Finally,
  For,
  If,
  In,
  Try,
  While,
  With,
} = TokenKind;

export class StatementParser extends SimpleStatementParser {
  /** The whole source in the lexer; returns the Module. */
  protected module(): number {
    const node = this.open(NodeKind.Module, 0, 0);
    let last = 0;
    this.depth = 0;
    this.lastEnd = 0;
    this.loadLine();
    while (this.kind !== End) last = this.statement(node, last);
    this.nodeEnds[node] = this.lexer.length;
    return node;
  }

  /** One compound statement or one line, appended to `parent` behind `last`; returns the new last. */
  private statement(parent: number, last: number): number {
    const start = this.tokenStarts[this.index]!;
    const depth = this.depth;
    try {
      switch (this.kind) {
        case If:
          return this.append(parent, last, this.ifStatement());
        case Def:
          return this.append(parent, last, this.functionDefinition(start, 0));
        case Class:
          return this.append(parent, last, this.classDefinition(start, 0));
        case For:
          return this.append(parent, last, this.forStatement(start, NodeKind.For));
        case Try:
          return this.append(parent, last, this.tryStatement());
        case With:
          return this.append(parent, last, this.withStatement(start, NodeKind.With));
        case While:
          return this.append(parent, last, this.whileStatement());
        case At:
          return this.append(parent, last, this.decorated());
        case Async:
          return this.append(parent, last, this.asyncStatement(start));
        case Indent:
          this.reportHere("unexpected indent");
          throw FAILURE;
        case Name:
          if (this.beginsMatch()) return this.append(parent, last, this.matchStatement());
          return this.simpleStatements(parent, last);
        default:
          return this.simpleStatements(parent, last);
      }
    } catch (error) {
      if (error !== FAILURE) throw error;
      this.depth = depth;
      // Statements of the line that were complete are already linked.
      let end = last === 0 ? this.firstChildren[parent]! : last;
      while (this.nextSiblings[end] !== 0) end = this.nextSiblings[end]!;
      return this.append(parent, end, this.recover(start));
    }
  }

  /** Passes the rest of the line, and reads the block below it. */
  private recover(start: number): number {
    const node = this.open(NodeKind.Error, start, 0);
    while (this.kind !== Newline && this.kind !== End && this.kind !== Indent && this.kind !== Dedent)
      this.advance();
    if (this.kind === Newline) this.loadLine();
    if (this.kind === Indent) {
      if (this.depth < MAX_DEPTH) this.append(node, 0, this.indentedBlock(NodeKind.Block));
      else this.skipBlock();
    }
    this.nodeEnds[node] = Math.max(this.lastEnd, start);
    return node;
  }

  private skipBlock(): void {
    let level = 0;
    do {
      if (this.kind === Indent) level++;
      else if (this.kind === Dedent) level--;
      if (this.kind === Newline) this.loadLine();
      else if (this.kind === Indent || this.kind === Dedent) this.advanceIndentation();
      else this.advance();
    } while (level > 0);
  }

  /** A colon and what it leads to: a block, or simple statements on the same line. */
  private block(kind: NodeKind): number {
    if (this.kind === Colon) this.advance();
    else if (this.kind === Newline) this.reportHere("expected ':'");
    else this.fail("expected ':'");
    if (this.kind !== Newline) {
      const node = this.open(kind, this.tokenStarts[this.index]!, 0);
      this.simpleStatements(node, 0);
      return this.close(node);
    }
    this.loadLine();
    if (this.kind === Indent) return this.indentedBlock(kind);
    this.reportHere("expected an indented block");
    return this.make(kind, this.lastEnd, 0, 0);
  }

  private indentedBlock(kind: NodeKind): number {
    this.enter();
    this.advanceIndentation();
    const node = this.open(kind, this.tokenStarts[this.index]!, 0);
    let last = 0;
    while (this.kind !== Dedent && this.kind !== End) last = this.statement(node, last);
    if (this.kind === Dedent) this.advanceIndentation();
    this.depth--;
    return this.close(node);
  }

  /** `if` with any number of `elif`, without recursion: each is an If in the Else of the one before. */
  private ifStatement(): number {
    const first = this.branch();
    let current = first;
    while (this.kind === Elif) {
      const orelse = this.open(NodeKind.Else, this.tokenStarts[this.index]!, 0);
      const next = this.branch();
      this.append(orelse, 0, next);
      this.appendAtEnd(current, orelse);
      current = next;
    }
    if (this.kind === Else) this.appendAtEnd(current, this.elseBlock());
    this.close(first);
    // Every `elif` ends where the whole statement ends.
    for (let node = first; node !== current; )
      node = this.close(this.firstChildren[this.close(this.lastChild(node))]!);
    return first;
  }

  /** `if` or `elif` with its test and block. */
  private branch(): number {
    const node = this.open(NodeKind.If, this.tokenStarts[this.index]!, 0);
    this.advance();
    const test = this.append(node, 0, this.namedExpression());
    this.append(node, test, this.block(NodeKind.Block));
    return node;
  }

  private elseBlock(): number {
    this.advance();
    return this.block(NodeKind.Else);
  }

  private lastChild(node: number): number {
    let child = this.firstChildren[node]!;
    while (this.nextSiblings[child] !== 0) child = this.nextSiblings[child]!;
    return child;
  }

  private appendAtEnd(parent: number, node: number): void {
    this.append(parent, this.lastChild(parent), node);
  }

  private whileStatement(): number {
    const node = this.open(NodeKind.While, this.tokenStarts[this.index]!, 0);
    this.advance();
    const test = this.append(node, 0, this.namedExpression());
    const body = this.append(node, test, this.block(NodeKind.Block));
    if (this.kind === Else) this.append(node, body, this.elseBlock());
    return this.close(node);
  }

  private forStatement(start: number, kind: NodeKind): number {
    const node = this.open(kind, start, 0);
    this.advance();
    const target = this.append(node, 0, this.starTargets());
    this.expect(In);
    const iterable = this.append(node, target, this.starExpressions());
    const body = this.append(node, iterable, this.block(NodeKind.Block));
    if (this.kind === Else) this.append(node, body, this.elseBlock());
    return this.close(node);
  }

  private asyncStatement(start: number): number {
    this.advance();
    switch (this.kind) {
      case Def:
        return this.functionDefinition(start, 0);
      case For:
        return this.forStatement(start, NodeKind.AsyncFor);
      case With:
        return this.withStatement(start, NodeKind.AsyncWith);
      default:
        return this.fail("expected 'def', 'for' or 'with'");
    }
  }

  private decorated(): number {
    let first = 0;
    let last = 0;
    while (this.kind === At) {
      const start = this.tokenStarts[this.index]!;
      this.advance();
      const node = this.make(NodeKind.Decorator, start, 0, this.namedExpression());
      if (first === 0) first = node;
      else this.nextSiblings[last] = node;
      last = node;
      if (this.kind !== Newline) this.fail("expected the end of the line");
      this.loadLine();
    }
    const start = this.tokenStarts[this.index]!;
    if (this.kind === Class) return this.classDefinition(start, first);
    this.accept(Async);
    if (this.kind !== Def) this.fail("expected 'def' or 'class'");
    return this.functionDefinition(start, first);
  }

  /** From `def` on; `async` is passed, and stands at `start`. */
  private functionDefinition(start: number, decorators: number): number {
    const isAsync = start !== this.tokenStarts[this.index];
    const node = this.open(isAsync ? NodeKind.AsyncFunctionDef : NodeKind.FunctionDef, start, 0);
    this.advance();
    this.nodeData[node] = this.identifier();
    this.firstChildren[node] = decorators;
    let last = decorators === 0 ? 0 : this.lastChild(node);
    last = this.typeParameters(node, last);
    this.expect(LeftParen);
    last = this.append(node, last, this.parameters(RightParen, true));
    this.expect(RightParen);
    if (this.accept(Arrow)) last = this.append(node, last, this.expression());
    this.append(node, last, this.block(NodeKind.Block));
    return this.close(node);
  }

  private classDefinition(start: number, decorators: number): number {
    const node = this.open(NodeKind.ClassDef, start, 0);
    this.advance();
    this.nodeData[node] = this.identifier();
    this.firstChildren[node] = decorators;
    let last = decorators === 0 ? 0 : this.lastChild(node);
    last = this.typeParameters(node, last);
    if (this.kind === LeftParen) last = this.callArguments(node, last);
    this.append(node, last, this.block(NodeKind.Block));
    return this.close(node);
  }

  private tryStatement(): number {
    const node = this.open(NodeKind.Try, this.tokenStarts[this.index]!, 0);
    this.advance();
    const body = this.append(node, 0, this.block(NodeKind.Block));
    let last = body;
    while (this.kind === Except) {
      const isGroup = this.tokenKinds[this.index + 1] === Star;
      if (last !== body && isGroup !== (this.nodeKinds[node] === NodeKind.TryStar)) {
        this.reportHere("'except' and 'except*' cannot handle the same 'try'");
      }
      if (isGroup) this.nodeKinds[node] = NodeKind.TryStar;
      last = this.append(node, last, this.exceptHandler());
    }
    const handled = last !== body;
    if (this.kind === Else && handled) last = this.append(node, last, this.elseBlock());
    if (this.kind === Finally) {
      this.advance();
      this.append(node, last, this.block(NodeKind.Finally));
    } else if (!handled) this.reportHere("expected 'except' or 'finally'");
    return this.close(node);
  }

  private exceptHandler(): number {
    const node = this.open(NodeKind.ExceptHandler, this.tokenStarts[this.index]!, 0);
    this.advance();
    const isGroup = this.accept(Star);
    let last = 0;
    if (this.kind !== Colon || isGroup) {
      last = this.append(node, 0, this.exceptionTypes());
      if (this.accept(As)) this.nodeData[node] = this.identifier();
    }
    this.append(node, last, this.block(NodeKind.Block));
    return this.close(node);
  }

  /** An expression, or several without parentheses (PEP 758). */
  private exceptionTypes(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.expression();
    if (this.kind !== Comma) return first;
    let last = first;
    while (this.accept(Comma) && this.beginsExpression()) last = this.append(0, last, this.expression());
    const node = this.make(NodeKind.Tuple, start, 0, first);
    if (this.kind === As)
      this.report(start, this.lastEnd, "several exception types before 'as' need parentheses");
    return node;
  }

  private withStatement(start: number, kind: NodeKind): number {
    const node = this.open(kind, start, 0);
    this.advance();
    let last = this.kind === LeftParen && this.parenthesesEndHeader() ? this.parenthesizedItems(node) : 0;
    if (last === 0) {
      do last = this.append(node, last, this.withItem());
      while (this.accept(Comma));
    }
    this.append(node, last, this.block(NodeKind.Block));
    return this.close(node);
  }

  private withItem(): number {
    const start = this.tokenStarts[this.index]!;
    const context = this.kind === Yield ? this.fail("expected an expression") : this.expression();
    if (this.accept(As)) this.append(0, context, this.starTarget());
    return this.make(NodeKind.WithItem, start, 0, context);
  }

  /** True if the bracket that closes the one here is followed by the colon. */
  private parenthesesEndHeader(): boolean {
    const { tokenKinds } = this;
    let level = 0;
    for (let index = this.index; ; index++) {
      const kind = tokenKinds[index]!;
      if (kind === LeftParen || kind === LeftBracket || kind === LeftBrace) level++;
      else if (kind === RightParen || kind === RightBracket || kind === RightBrace) {
        if (--level === 0) return tokenKinds[index + 1] === Colon;
      } else if (kind === Newline || kind === End) return false;
    }
  }

  /**
   * `(a as b, c)`: the items, or 0 if what stands in the parentheses is an expression that is no list of items
   * (`()`, `(yield x)`, `(x := y)`, `(*a, b)`, a generator); then nothing is passed.
   */
  private parenthesizedItems(parent: number): number {
    const { index, lastEnd, nodeCount } = this;
    this.advance();
    let last = 0;
    for (;;) {
      if (this.kind === RightParen && last !== 0) break;
      if (!this.beginsExpression() || this.kind === Star) {
        last = 0;
        break;
      }
      last = this.append(parent, last, this.withItem());
      if (this.kind === RightParen) break;
      if (!this.accept(Comma)) {
        last = 0;
        break;
      }
    }
    if (last !== 0) {
      this.advance();
      return last;
    }
    this.rewind(index, lastEnd);
    this.nodeCount = nodeCount;
    this.firstChildren[parent] = 0;
    return 0;
  }

  /** `match` here is a keyword if its line ends with a colon and an expression can follow it. */
  private beginsMatch(): boolean {
    if (this.tokenValues[this.index] !== SoftKeyword.Match) return false;
    this.index++;
    this.kind = this.tokenKinds[this.index]!;
    const followed = this.beginsExpression();
    this.index--;
    this.kind = Name;
    return followed && this.tokenKinds[this.lexer.count - 2] === Colon;
  }

  private matchStatement(): number {
    const node = this.open(NodeKind.Match, this.tokenStarts[this.index]!, 0);
    this.advance();
    let last = this.append(node, 0, this.matchSubject());
    this.expect(Colon);
    if (this.kind !== Newline) this.fail("expected the end of the line");
    this.loadLine();
    if (this.kind !== Indent) this.fail("expected an indented block");
    this.enter();
    this.advanceIndentation();
    while (this.kind !== Dedent && this.kind !== End) {
      if (this.kind === Name && this.tokenValues[this.index] === SoftKeyword.Case)
        last = this.caseClause(node, last);
      else {
        this.reportHere("expected 'case'");
        last = this.statement(node, last);
      }
    }
    if (this.kind === Dedent) this.advanceIndentation();
    this.depth--;
    return this.close(node);
  }

  private matchSubject(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.starNamedExpression();
    if (this.kind !== Comma) {
      if (this.nodeKinds[first] === NodeKind.Starred) this.fail("expected ','");
      return first;
    }
    let last = first;
    while (this.accept(Comma) && this.beginsExpression())
      last = this.append(0, last, this.starNamedExpression());
    return this.make(NodeKind.Tuple, start, 0, first);
  }

  private caseClause(parent: number, last: number): number {
    const start = this.tokenStarts[this.index]!;
    const depth = this.depth;
    try {
      const node = this.open(NodeKind.MatchCase, start, 0);
      this.advance();
      let end = this.append(node, 0, this.casePattern());
      if (this.accept(If)) end = this.append(node, end, this.namedExpression());
      this.append(node, end, this.block(NodeKind.Block));
      return this.append(parent, last, this.close(node));
    } catch (error) {
      if (error !== FAILURE) throw error;
      this.depth = depth;
      return this.append(parent, last, this.recover(start));
    }
  }
}
