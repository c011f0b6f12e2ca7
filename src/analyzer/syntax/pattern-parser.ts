/** Patterns of `case` (PEP 634). */
import { ExpressionParser } from "./expression-parser.js";
import { SoftKeyword } from "./names.js";
import { ConstantKind, NodeKind, Operator } from "./node-kind.js";
import { TokenKind } from "./token-kind.js";

const {
  Name,
  Number: Numeral,
  String: Text,
  FStringStart,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Comma,
  Colon,
  Dot,
  Equal,
  Plus,
  Minus,
  Star,
  DoubleStar,
  Bar,
  As,
  If,
  None,
  True,
  False,
} = TokenKind;

export abstract class PatternParser extends ExpressionParser {
  /** What stands between `case` and `if` or the colon: a pattern, or a sequence without brackets. */
  protected casePattern(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.starPattern();
    if (this.kind !== Comma) return this.alonePattern(first);
    let last = first;
    while (this.accept(Comma) && this.kind !== Colon && this.kind !== If) {
      last = this.append(0, last, this.starPattern());
    }
    return this.make(NodeKind.MatchSequence, start, 0, first);
  }

  private starPattern(): number {
    if (this.kind !== Star) return this.pattern();
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(NodeKind.MatchStar, start, this.capture(), 0);
  }

  private alonePattern(node: number): number {
    if (this.nodeKinds[node] === NodeKind.MatchStar) {
      this.report(
        this.nodeStarts[node]!,
        this.nodeEnds[node]!,
        "a starred pattern can stand only in a sequence",
      );
    }
    return node;
  }

  /** The name here, or 0 for `_`. */
  private capture(): number {
    const name = this.identifier();
    return name === SoftKeyword.Underscore ? 0 : name;
  }

  private pattern(): number {
    const start = this.tokenStarts[this.index]!;
    let node = this.alternatives();
    if (this.accept(As)) {
      const target = this.capture();
      node = this.make(NodeKind.MatchAs, start, target, node);
      if (target === 0) this.report(start, this.lastEnd, "'_' cannot be the name after 'as'");
    }
    return node;
  }

  private alternatives(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.closedPattern();
    if (this.kind !== Bar) return first;
    let last = first;
    while (this.accept(Bar)) last = this.append(0, last, this.closedPattern());
    return this.make(NodeKind.MatchOr, start, 0, first);
  }

  private closedPattern(): number {
    const start = this.tokenStarts[this.index]!;
    switch (this.kind) {
      case Numeral:
      case Minus:
        return this.make(NodeKind.MatchValue, start, 0, this.numberLiteral());
      case Text:
      case FStringStart:
        return this.make(NodeKind.MatchValue, start, 0, this.strings());
      case None:
        return this.leaf(NodeKind.MatchSingleton, ConstantKind.None);
      case True:
        return this.leaf(NodeKind.MatchSingleton, ConstantKind.True);
      case False:
        return this.leaf(NodeKind.MatchSingleton, ConstantKind.False);
      case Name:
        return this.nameOrClass();
      case LeftParen:
        return this.parenthesizedPattern();
      case LeftBracket: {
        this.advance();
        const first = this.kind === RightBracket ? 0 : this.starPattern();
        this.morePatterns(first, RightBracket);
        return this.make(NodeKind.MatchSequence, start, 0, first);
      }
      case LeftBrace:
        return this.mapping();
      default:
        return this.fail("expected a pattern");
    }
  }

  /** `x`, `_`, `a.b` or `a.b(…)` */
  private nameOrClass(): number {
    const start = this.tokenStarts[this.index]!;
    const next = this.tokenKinds[this.index + 1];
    if (next !== Dot && next !== LeftParen) return this.leaf(NodeKind.MatchAs, this.capturedHere());
    const value = this.dottedExpression();
    if (this.kind !== LeftParen) return this.make(NodeKind.MatchValue, start, 0, value);
    this.advance();
    const node = this.open(NodeKind.MatchClass, start, 0);
    let last = this.append(node, 0, value);
    let keywordSeen = false;
    while (this.kind !== RightParen) {
      if (this.kind === Name && this.tokenKinds[this.index + 1] === Equal) {
        const keywordStart = this.tokenStarts[this.index]!;
        const name = this.identifier();
        this.advance();
        last = this.append(node, last, this.make(NodeKind.MatchKeyword, keywordStart, name, this.pattern()));
        keywordSeen = true;
      } else {
        last = this.append(node, last, this.pattern());
        if (keywordSeen) this.report(start, this.lastEnd, "a positional pattern follows a keyword pattern");
      }
      if (!this.accept(Comma)) break;
    }
    this.expect(RightParen);
    return this.close(node);
  }

  private capturedHere(): number {
    const name = this.tokenValues[this.index]!;
    return name === SoftKeyword.Underscore ? 0 : name;
  }

  private dottedExpression(): number {
    const start = this.tokenStarts[this.index]!;
    let node = this.leaf(NodeKind.Name, this.tokenValues[this.index]!);
    while (this.accept(Dot)) {
      const name = this.identifier();
      node = this.make(NodeKind.Attribute, start, name, node);
    }
    return node;
  }

  /** A sequence, or one pattern in parentheses, which leave no trace. */
  private parenthesizedPattern(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    if (this.accept(RightParen)) return this.make(NodeKind.MatchSequence, start, 0, 0);
    const first = this.starPattern();
    const isSequence = this.kind === Comma;
    this.morePatterns(first, RightParen);
    return isSequence ? this.make(NodeKind.MatchSequence, start, 0, first) : this.alonePattern(first);
  }

  private morePatterns(first: number, closing: number): void {
    let last = first;
    while (this.accept(Comma) && this.kind !== closing) last = this.append(0, last, this.starPattern());
    this.expect(closing);
  }

  private mapping(): number {
    const node = this.open(NodeKind.MatchMapping, this.tokenStarts[this.index]!, 0);
    this.advance();
    let last = 0;
    while (this.kind !== RightBrace) {
      if (this.accept(DoubleStar)) this.nodeData[node] = this.identifier();
      else {
        last = this.append(node, last, this.mappingKey());
        this.expect(Colon);
        last = this.append(node, last, this.pattern());
      }
      if (!this.accept(Comma)) break;
    }
    this.expect(RightBrace);
    return this.close(node);
  }

  private mappingKey(): number {
    switch (this.kind) {
      case Name:
        return this.dottedExpression();
      case Text:
      case FStringStart:
        return this.strings();
      case None:
        return this.leaf(NodeKind.Constant, ConstantKind.None);
      case True:
        return this.leaf(NodeKind.Constant, ConstantKind.True);
      case False:
        return this.leaf(NodeKind.Constant, ConstantKind.False);
      default:
        return this.numberLiteral();
    }
  }

  /** `1`, `-1` or `-1 + 2j`: the only arithmetic in a pattern. */
  private numberLiteral(): number {
    const start = this.tokenStarts[this.index]!;
    const isNegative = this.accept(Minus);
    let node = this.number();
    if (isNegative) node = this.make(NodeKind.UnaryOp, start, Operator.USub, node);
    if (this.kind !== Plus && this.kind !== Minus) return node;
    const operator = this.kind === Plus ? Operator.Add : Operator.Sub;
    this.advance();
    this.append(0, node, this.number());
    return this.make(NodeKind.BinOp, start, operator, node);
  }

  private number(): number {
    if (this.kind !== Numeral) this.fail("expected a number");
    return this.leaf(NodeKind.Constant, this.tokenValues[this.index]!);
  }
}
