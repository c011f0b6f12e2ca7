/** Statements that fit on a line, several of them separated by semicolons. */

import { SoftKeyword } from "./names.js";
import { LAZY_IMPORT, NodeKind, Operator } from "./node-kind.js";
import { PatternParser } from "./pattern-parser.js";
import { TokenKind } from "./token-kind.js";

const {
  Name,
  Newline,
  LeftParen,
  RightParen,
  LeftBracket,
  Comma,
  Colon,
  Semicolon,
  Dot,
  Ellipsis,
  Equal,
  Star,
  As,
  Assert,
  Break,
  Continue,
  Del,
  From,
  Global,
  Import,
  Nonlocal,
  Pass,
  Raise,
  Return,
} = TokenKind;

/** The operator of each augmented assignment. */
const AUGMENTED = new Uint8Array(128);
const augmented: readonly [number, Operator][] = [
  [TokenKind.PlusEqual, Operator.Add],
  [TokenKind.MinusEqual, Operator.Sub],
  [TokenKind.StarEqual, Operator.Mult],
  [TokenKind.AtEqual, Operator.MatMult],
  [TokenKind.SlashEqual, Operator.Div],
  [TokenKind.PercentEqual, Operator.Mod],
  [TokenKind.DoubleStarEqual, Operator.Pow],
  [TokenKind.LeftShiftEqual, Operator.LShift],
  [TokenKind.RightShiftEqual, Operator.RShift],
  [TokenKind.BarEqual, Operator.BitOr],
  [TokenKind.CaretEqual, Operator.BitXor],
  [TokenKind.AmpersandEqual, Operator.BitAnd],
  [TokenKind.DoubleSlashEqual, Operator.FloorDiv],
];
for (const [kind, operator] of augmented) AUGMENTED[kind] = operator;

const decoder = new TextDecoder();

export abstract class SimpleStatementParser extends PatternParser {
  /** One line of simple statements, appended to `parent` behind `last`; returns the new last. */
  protected simpleStatements(parent: number, last: number): number {
    do {
      if (this.kind === Newline) break;
      last = this.append(parent, last, this.simpleStatement());
    } while (this.accept(Semicolon));
    if (this.kind !== Newline) this.failBehindStatement(last);
    this.loadLine();
    return last;
  }

  private failBehindStatement(statement: number): never {
    const expression = this.nodeKinds[statement] === NodeKind.Expr ? this.firstChildren[statement]! : 0;
    if (this.nodeKinds[expression] === NodeKind.Name) {
      const word = decoder.decode(
        this.lexer.bytes.subarray(this.nodeStarts[expression], this.nodeEnds[expression]),
      );
      if (word === "print" || word === "exec")
        this.fail(`'${word}' is a function in Python 3; put its arguments in parentheses`);
    }
    return this.fail("expected the end of the line");
  }

  private simpleStatement(): number {
    switch (this.kind) {
      case Name:
        return this.softKeywordStatement() || this.expressionStatement();
      case Return: {
        const node = this.keywordStatement(NodeKind.Return);
        if (this.beginsExpression()) this.append(node, 0, this.starExpressions());
        return this.close(node);
      }
      case Import:
        return this.importStatement(this.tokenStarts[this.index]!, 0);
      case From:
        return this.fromImport(this.tokenStarts[this.index]!, 0);
      case Raise: {
        const node = this.keywordStatement(NodeKind.Raise);
        if (this.beginsExpression()) {
          const raised = this.append(node, 0, this.expression());
          if (this.accept(From)) this.append(node, raised, this.expression());
        }
        return this.close(node);
      }
      case Pass:
        return this.leaf(NodeKind.Pass, 0);
      case Break:
        return this.leaf(NodeKind.Break, 0);
      case Continue:
        return this.leaf(NodeKind.Continue, 0);
      case Del:
        return this.deleteStatement();
      case Assert: {
        const node = this.keywordStatement(NodeKind.Assert);
        const test = this.append(node, 0, this.expression());
        if (this.accept(Comma)) this.append(node, test, this.expression());
        return this.close(node);
      }
      case Global:
        return this.nameDeclaration(NodeKind.Global);
      case Nonlocal:
        return this.nameDeclaration(NodeKind.Nonlocal);
      default:
        return this.expressionStatement();
    }
  }

  /** A node that begins with the keyword here, which is passed. */
  private keywordStatement(kind: NodeKind): number {
    const node = this.open(kind, this.tokenStarts[this.index]!, 0);
    this.advance();
    return node;
  }

  /** `type X = …` (PEP 695) or `lazy import …` (PEP 810), or 0 if the name here is only a name. */
  private softKeywordStatement(): number {
    const name = this.tokenValues[this.index]!;
    const next = this.tokenKinds[this.index + 1];
    if (name === SoftKeyword.Type && next === Name) return this.typeAlias();
    if (name === SoftKeyword.Lazy && (next === Import || next === From)) {
      const start = this.tokenStarts[this.index]!;
      this.advance();
      return next === Import ? this.importStatement(start, 1) : this.fromImport(start, LAZY_IMPORT);
    }
    return 0;
  }

  private typeAlias(): number {
    const node = this.keywordStatement(NodeKind.TypeAlias);
    const name = this.leaf(NodeKind.Name, this.tokenValues[this.index]!);
    this.store(name);
    let last = this.append(node, 0, name);
    if (this.kind === LeftBracket) last = this.typeParameters(node, last);
    this.expect(Equal);
    this.append(node, last, this.expression());
    return this.close(node);
  }

  private expressionStatement(): number {
    const start = this.tokenStarts[this.index]!;
    const firstKind = this.kind;
    const first = this.yieldOrStarExpressions();
    if (this.kind === Equal) return this.assignment(start, first);
    if (this.kind === Colon) return this.annotation(start, first, firstKind);
    const operator = AUGMENTED[this.kind]!;
    if (operator === 0) return this.make(NodeKind.Expr, start, 0, first);
    this.storeOne(first);
    this.advance();
    this.append(0, first, this.yieldOrStarExpressions());
    return this.make(NodeKind.AugAssign, start, operator, first);
  }

  private assignment(start: number, first: number): number {
    let last = first;
    while (this.accept(Equal)) {
      this.store(last);
      last = this.append(0, last, this.yieldOrStarExpressions());
    }
    return this.make(NodeKind.Assign, start, 0, first);
  }

  private annotation(start: number, target: number, firstKind: number): number {
    this.storeOne(target);
    this.advance();
    const annotation = this.append(0, target, this.expression());
    if (this.accept(Equal)) this.append(0, annotation, this.yieldOrStarExpressions());
    const isBareName = firstKind === Name && this.nodeKinds[target] === NodeKind.Name;
    return this.make(NodeKind.AnnAssign, start, isBareName ? 1 : 0, target);
  }

  /** As `store`, but nothing that is several targets. */
  private storeOne(node: number): void {
    const kind = this.nodeKinds[node];
    if (kind === NodeKind.Tuple || kind === NodeKind.List || kind === NodeKind.Starred) {
      this.report(
        this.nodeStarts[node]!,
        this.nodeEnds[node]!,
        "only one target can be augmented or annotated",
      );
    }
    this.store(node);
  }

  private deleteStatement(): number {
    const node = this.keywordStatement(NodeKind.Delete);
    let last = 0;
    do {
      if (!this.beginsExpression() && last !== 0) break;
      const target = this.expression();
      this.delete(target);
      last = this.append(node, last, target);
    } while (this.accept(Comma));
    return this.close(node);
  }

  private nameDeclaration(kind: NodeKind): number {
    const node = this.keywordStatement(kind);
    let last = 0;
    do {
      if (this.kind !== Name) this.fail("expected a name");
      last = this.append(node, last, this.leaf(NodeKind.Identifier, this.tokenValues[this.index]!));
    } while (this.accept(Comma));
    return this.close(node);
  }

  private importStatement(start: number, lazy: number): number {
    const node = this.open(NodeKind.Import, start, lazy);
    this.advance();
    let last = 0;
    do {
      const alias = this.open(NodeKind.Alias, this.tokenStarts[this.index]!, 0);
      this.nodeData[alias] = this.dottedName();
      last = this.append(node, last, this.aliasTarget(alias));
    } while (this.accept(Comma));
    return this.close(node);
  }

  private fromImport(start: number, lazy: number): number {
    const node = this.open(NodeKind.ImportFrom, start, 0);
    this.advance();
    const module = this.open(NodeKind.ModuleName, this.tokenStarts[this.index]!, 0);
    let level = 0;
    while (this.kind === Dot || this.kind === Ellipsis) {
      level += this.kind === Dot ? 1 : 3;
      this.advance();
    }
    if (this.kind !== Import || level === 0) this.nodeData[module] = this.dottedName();
    this.nodeData[node] = Math.min(level, LAZY_IMPORT - 1) | lazy;
    let last = this.append(node, 0, this.close(module));
    this.expect(Import);
    if (this.kind === Star) {
      this.append(node, last, this.leaf(NodeKind.Alias, this.lexer.names.internText("*")));
      return this.close(node);
    }
    const parenthesized = this.accept(LeftParen);
    do {
      if (parenthesized && this.kind === RightParen && last !== module) break;
      const alias = this.open(NodeKind.Alias, this.tokenStarts[this.index]!, 0);
      this.nodeData[alias] = this.identifier();
      last = this.append(node, last, this.aliasTarget(alias));
    } while (this.accept(Comma));
    if (parenthesized) this.expect(RightParen);
    return this.close(node);
  }

  /** `as name` behind an imported name, if it is there. */
  private aliasTarget(alias: number): number {
    if (this.accept(As)) {
      if (this.kind !== Name) this.fail("expected a name");
      this.append(alias, 0, this.leaf(NodeKind.Identifier, this.tokenValues[this.index]!));
    }
    return this.close(alias);
  }

  /** The id of `a.b.c` as one name. */
  private dottedName(): number {
    const first = this.index;
    const id = this.identifier();
    if (this.kind !== Dot) return id;
    while (this.accept(Dot)) this.identifier();
    return this.lexer.internDotted(first, this.index);
  }
}
