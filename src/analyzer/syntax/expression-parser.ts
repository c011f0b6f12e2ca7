/** Expressions: operators by binding strength, primaries, displays, comprehensions, lambdas, calls. */
import { CONTEXT_SHIFT, ConstantKind, Context, NodeKind, Operator, SlicePart } from "./node-kind.js";
import { ParameterParser } from "./parameter-parser.js";
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
  Ellipsis,
  Equal,
  ColonEqual,
  Plus,
  Minus,
  Tilde,
  Star,
  DoubleStar,
  And,
  Async,
  Await,
  Else,
  False,
  For,
  From,
  If,
  In,
  Is,
  Lambda,
  None,
  Not,
  Or,
  True,
  Yield,
} = TokenKind;

/** Binding strengths, weakest first; `**` and the prefix operators are handled where operands are read. */
const Strength = {
  Any: 0,
  Or: 1,
  And: 2,
  Not: 3,
  Comparison: 4,
  BitOr: 5,
  BitXor: 6,
  BitAnd: 7,
  Shift: 8,
  Sum: 9,
  Term: 10,
};
const { Any, Or: OrStrength, Not: NotStrength, Comparison, BitOr } = Strength;

/** Strength and operator of each token kind between two operands. */
const STRENGTH = new Uint8Array(128);
const OPERATOR = new Uint8Array(128);
const infix: readonly [number, number, Operator][] = [
  [Or, Strength.Or, Operator.Or],
  [And, Strength.And, Operator.And],
  [In, Strength.Comparison, Operator.In],
  [Is, Strength.Comparison, Operator.Is],
  [Not, Strength.Comparison, Operator.NotIn],
  [TokenKind.EqEqual, Strength.Comparison, Operator.Eq],
  [TokenKind.NotEqual, Strength.Comparison, Operator.NotEq],
  [TokenKind.Less, Strength.Comparison, Operator.Lt],
  [TokenKind.LessEqual, Strength.Comparison, Operator.LtE],
  [TokenKind.Greater, Strength.Comparison, Operator.Gt],
  [TokenKind.GreaterEqual, Strength.Comparison, Operator.GtE],
  [TokenKind.Bar, Strength.BitOr, Operator.BitOr],
  [TokenKind.Caret, Strength.BitXor, Operator.BitXor],
  [TokenKind.Ampersand, Strength.BitAnd, Operator.BitAnd],
  [TokenKind.LeftShift, Strength.Shift, Operator.LShift],
  [TokenKind.RightShift, Strength.Shift, Operator.RShift],
  [Plus, Strength.Sum, Operator.Add],
  [Minus, Strength.Sum, Operator.Sub],
  [Star, Strength.Term, Operator.Mult],
  [TokenKind.Slash, Strength.Term, Operator.Div],
  [TokenKind.DoubleSlash, Strength.Term, Operator.FloorDiv],
  [TokenKind.Percent, Strength.Term, Operator.Mod],
  [TokenKind.At, Strength.Term, Operator.MatMult],
];
for (const [kind, strength, operator] of infix) {
  STRENGTH[kind] = strength;
  OPERATOR[kind] = operator;
}

/** 1 for the token kinds that can begin an expression, `*` included. */
const BEGINS_EXPRESSION = new Uint8Array(128);
for (const kind of [
  Name,
  Numeral,
  Text,
  FStringStart,
  LeftParen,
  LeftBracket,
  LeftBrace,
  Minus,
  Plus,
  Tilde,
]) {
  BEGINS_EXPRESSION[kind] = 1;
}
for (const kind of [Star, Not, Lambda, Await, None, True, False, Ellipsis]) BEGINS_EXPRESSION[kind] = 1;

/** Strength to read what `**`, `*` and targets take: everything that binds tighter than a comparison. */
const BITWISE = Comparison;
export abstract class ExpressionParser extends ParameterParser {
  protected beginsExpression(): boolean {
    return BEGINS_EXPRESSION[this.kind] === 1;
  }

  /** `lambda`, or `a if b else c`, or less. */
  protected expression(): number {
    if (this.kind === Lambda) return this.lambda();
    const start = this.tokenStarts[this.index]!;
    const body = this.operators(Any);
    return this.kind === If ? this.conditional(start, body) : body;
  }

  protected namedExpression(): number {
    if (this.kind !== Name || this.tokenKinds[this.index + 1] !== ColonEqual) return this.expression();
    const start = this.tokenStarts[this.index]!;
    const target = this.leaf(NodeKind.Name, this.tokenValues[this.index]!);
    this.store(target);
    this.advance();
    this.append(0, target, this.expression());
    return this.make(NodeKind.NamedExpr, start, 0, target);
  }

  protected starExpression(): number {
    return this.kind === Star ? this.starred() : this.expression();
  }

  protected starNamedExpression(): number {
    return this.kind === Star ? this.starred() : this.namedExpression();
  }

  /** One expression, or a tuple without parentheses. */
  protected starExpressions(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.starExpression();
    if (this.kind !== Comma) return first;
    let last = first;
    while (this.accept(Comma) && this.beginsExpression()) last = this.append(0, last, this.starExpression());
    return this.make(NodeKind.Tuple, start, 0, first);
  }

  protected yieldOrStarExpressions(): number {
    return this.kind === Yield ? this.yieldExpression() : this.starExpressions();
  }

  /** Something an assignment may have on its left side, up to `in` or `=`. */
  protected starTarget(): number {
    const node = this.kind === Star ? this.starred() : this.operators(BITWISE);
    this.store(node);
    return node;
  }

  protected starTargets(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.starTarget();
    if (this.kind !== Comma) return first;
    let last = first;
    while (this.accept(Comma) && this.beginsExpression()) last = this.append(0, last, this.starTarget());
    return this.make(NodeKind.Tuple, start, Context.Store << CONTEXT_SHIFT, first);
  }

  private starred(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(NodeKind.Starred, start, 0, this.operators(BITWISE));
  }

  /** `body if test else …`, where another conditional may follow: each is the last child of the one before. */
  private conditional(start: number, body: number): number {
    const first = this.open(NodeKind.IfExp, start, 0);
    let current = first;
    let last = this.append(first, 0, body);
    for (;;) {
      this.advance();
      last = this.append(current, last, this.operators(Any));
      this.expect(Else);
      const nextStart = this.tokenStarts[this.index]!;
      const orelse = this.kind === Lambda ? this.lambda() : this.operators(Any);
      if (this.kind !== If) {
        this.append(current, last, orelse);
        break;
      }
      const next = this.open(NodeKind.IfExp, nextStart, current);
      this.append(current, last, next);
      last = this.append(next, 0, orelse);
      current = next;
    }
    // The data led back to the conditional before; all end together.
    while (current !== first) {
      const previous = this.nodeData[this.close(current)]!;
      this.nodeData[current] = 0;
      current = previous;
    }
    return this.close(first);
  }

  private lambda(): number {
    this.enter();
    const node = this.open(NodeKind.Lambda, this.tokenStarts[this.index]!, 0);
    this.advance();
    let last = 0;
    if (this.kind !== Colon) last = this.append(node, 0, this.parameters(Colon, false));
    this.expect(Colon);
    this.append(node, last, this.expression());
    this.depth--;
    return this.close(node);
  }

  protected yieldExpression(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    if (this.accept(From)) return this.make(NodeKind.YieldFrom, start, 0, this.expression());
    return this.make(NodeKind.Yield, start, 0, this.beginsExpression() ? this.starExpressions() : 0);
  }

  /** Operands joined by operators that bind tighter than `strength`. */
  protected operators(strength: number): number {
    const start = this.tokenStarts[this.index]!;
    let left = this.kind === Not ? this.negation(strength) : this.operand();
    let tighter = STRENGTH[this.kind]!;
    while (tighter > strength) {
      if (tighter >= BitOr) {
        const operator = OPERATOR[this.kind]!;
        this.advance();
        this.append(0, left, this.operators(tighter));
        left = this.make(NodeKind.BinOp, start, operator, left);
      } else if (tighter === Comparison) left = this.comparison(start, left);
      else left = this.boolean(start, left, tighter);
      tighter = STRENGTH[this.kind]!;
    }
    return left;
  }

  private boolean(start: number, first: number, strength: number): number {
    const { kind } = this;
    let last = first;
    while (this.accept(kind)) last = this.append(0, last, this.operators(strength));
    return this.make(NodeKind.BoolOp, start, strength === OrStrength ? Operator.Or : Operator.And, first);
  }

  /** A chain `a < b < c` is one node; its links after the first carry their own operators. */
  private comparison(start: number, left: number): number {
    const linkStart = this.tokenStarts[this.index]!;
    const operator = this.comparisonOperator();
    const right = this.operators(Comparison);
    if (STRENGTH[this.kind] !== Comparison) {
      this.nextSiblings[left] = right;
      return this.make(NodeKind.Compare, start, operator, left);
    }
    let last = this.append(0, left, this.make(NodeKind.ComparePart, linkStart, operator, right));
    while (STRENGTH[this.kind] === Comparison) {
      const partStart = this.tokenStarts[this.index]!;
      const partOperator = this.comparisonOperator();
      const operand = this.operators(Comparison);
      last = this.append(0, last, this.make(NodeKind.ComparePart, partStart, partOperator, operand));
    }
    return this.make(NodeKind.Compare, start, Operator.Chain, left);
  }

  private comparisonOperator(): number {
    const { kind } = this;
    this.advance();
    if (kind === Not) this.expect(In);
    else if (kind === Is && this.accept(Not)) return Operator.IsNot;
    return OPERATOR[kind]!;
  }

  /** Any number of `not`, without recursion. */
  private negation(strength: number): number {
    if (strength >= NotStrength) this.fail("'not' behind an operator needs parentheses");
    const first = this.index;
    while (this.kind === Not) this.advance();
    return this.applyPrefixes(first, this.index, this.operators(NotStrength));
  }

  private operand(): number {
    const { kind } = this;
    if (kind === Minus || kind === Plus || kind === Tilde) {
      const first = this.index;
      while (this.kind === Minus || this.kind === Plus || this.kind === Tilde) this.advance();
      return this.applyPrefixes(first, this.index, this.power());
    }
    return this.power();
  }

  /** Wraps the operand into the prefix operators that are tokens `first` to `end`, innermost last. */
  private applyPrefixes(first: number, end: number, operand: number): number {
    let node = operand;
    for (let index = end - 1; index >= first; index--) {
      const kind = this.tokenKinds[index]!;
      let operator = Operator.Not;
      if (kind === Minus) operator = Operator.USub;
      else if (kind === Plus) operator = Operator.UAdd;
      else if (kind === Tilde) operator = Operator.Invert;
      node = this.make(NodeKind.UnaryOp, this.tokenStarts[index]!, operator, node);
    }
    return node;
  }

  private power(): number {
    const start = this.tokenStarts[this.index]!;
    const base = this.kind === Await ? this.awaited() : this.primary();
    if (this.kind !== DoubleStar) return base;
    this.enter();
    this.advance();
    this.append(0, base, this.operand());
    this.depth--;
    return this.make(NodeKind.BinOp, start, Operator.Pow, base);
  }

  private awaited(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(NodeKind.Await, start, 0, this.primary());
  }

  private primary(): number {
    const start = this.tokenStarts[this.index]!;
    let node = this.atom();
    for (;;) {
      if (this.kind === Dot) {
        this.advance();
        const name = this.identifier();
        node = this.make(NodeKind.Attribute, start, name, node);
      } else if (this.kind === LeftParen) {
        const call = this.open(NodeKind.Call, start, 0);
        this.firstChildren[call] = node;
        this.callArguments(call, node);
        node = this.close(call);
      } else if (this.kind === LeftBracket) {
        this.advance();
        this.append(0, node, this.slices());
        this.expect(RightBracket);
        node = this.make(NodeKind.Subscript, start, 0, node);
      } else return node;
    }
  }

  /** `(…)` of a call or a class, appended to `parent` behind `last`. */
  protected callArguments(parent: number, last: number): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    let alone = true;
    let keywordSeen = false;
    let unpackingSeen = false;
    while (this.kind !== RightParen) {
      const argumentStart = this.tokenStarts[this.index]!;
      let node: number;
      if (this.kind === Name && this.tokenKinds[this.index + 1] === Equal) {
        const name = this.identifier();
        this.advance();
        node = this.make(NodeKind.Keyword, argumentStart, name, this.expression());
        keywordSeen = true;
      } else if (this.accept(DoubleStar)) {
        node = this.make(NodeKind.Keyword, argumentStart, 0, this.expression());
        unpackingSeen = true;
      } else {
        const isStar = this.kind === Star;
        node = isStar ? this.starArgument() : this.namedExpression();
        if (unpackingSeen || (keywordSeen && !isStar)) {
          this.report(argumentStart, this.lastEnd, "a positional argument follows a keyword argument");
        }
        if (this.kind === For || this.kind === Async) {
          const generator = this.open(NodeKind.GeneratorExp, start, 0);
          this.comprehensions(this.append(generator, 0, node));
          last = this.append(parent, last, generator);
          if (!alone || this.kind !== RightParen) {
            this.report(argumentStart, this.lastEnd, "a generator beside other arguments needs parentheses");
            this.nodeStarts[generator] = argumentStart;
            this.close(generator);
            if (this.accept(Comma)) continue;
          }
          this.expect(RightParen);
          if (alone) this.close(generator);
          return last;
        }
      }
      alone = false;
      last = this.append(parent, last, node);
      if (!this.accept(Comma)) break;
    }
    this.expect(RightParen);
    return last;
  }

  private starArgument(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(NodeKind.Starred, start, 0, this.expression());
  }

  private slices(): number {
    const start = this.tokenStarts[this.index]!;
    const first = this.slice();
    if (this.kind !== Comma && this.nodeKinds[first] !== NodeKind.Starred) return first;
    let last = first;
    while (this.accept(Comma) && this.kind !== RightBracket) last = this.append(0, last, this.slice());
    return this.make(NodeKind.Tuple, start, 0, first);
  }

  private slice(): number {
    const start = this.tokenStarts[this.index]!;
    let lower = 0;
    if (this.kind !== Colon) {
      lower = this.starNamedExpression();
      if (this.kind !== Colon || this.nodeKinds[lower] === NodeKind.Starred) return lower;
    }
    const node = this.open(NodeKind.Slice, start, lower === 0 ? 0 : SlicePart.Lower);
    let last = lower === 0 ? 0 : this.append(node, 0, lower);
    this.advance();
    if (this.kind !== Colon && this.kind !== RightBracket && this.kind !== Comma) {
      last = this.append(node, last, this.expression());
      this.nodeData[node]! |= SlicePart.Upper;
    }
    if (this.accept(Colon) && this.kind !== RightBracket && this.kind !== Comma) {
      this.append(node, last, this.expression());
      this.nodeData[node]! |= SlicePart.Step;
    }
    return this.close(node);
  }

  private atom(): number {
    switch (this.kind) {
      case Name:
        return this.leaf(NodeKind.Name, this.tokenValues[this.index]!);
      case Numeral:
        return this.leaf(NodeKind.Constant, this.tokenValues[this.index]!);
      case Text:
      case FStringStart:
        return this.strings();
      case None:
        return this.leaf(NodeKind.Constant, ConstantKind.None);
      case True:
        return this.leaf(NodeKind.Constant, ConstantKind.True);
      case False:
        return this.leaf(NodeKind.Constant, ConstantKind.False);
      case Ellipsis:
        return this.leaf(NodeKind.Constant, ConstantKind.Ellipsis);
      case LeftParen:
        return this.parenthesized();
      case LeftBracket:
        return this.list();
      case LeftBrace:
        return this.dictOrSet();
      default:
        return this.fail("expected an expression");
    }
  }

  /** A tuple, a generator, or an expression in parentheses, which leave no trace. */
  private parenthesized(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    if (this.accept(RightParen)) return this.make(NodeKind.Tuple, start, 0, 0);
    if (this.kind === Yield) {
      const node = this.yieldExpression();
      this.expect(RightParen);
      return node;
    }
    const first = this.starNamedExpression();
    if (this.kind === Comma) {
      this.elements(first, RightParen);
      return this.make(NodeKind.Tuple, start, 0, first);
    }
    if (this.kind === For || this.kind === Async) {
      this.comprehensions(first);
      this.expect(RightParen);
      return this.make(NodeKind.GeneratorExp, start, 0, first);
    }
    if (this.nodeKinds[first] === NodeKind.Starred) {
      this.report(start, this.lastEnd, "'*' can stand only in a list, a tuple or a call");
    }
    this.expect(RightParen);
    return first;
  }

  private list(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    if (this.accept(RightBracket)) return this.make(NodeKind.List, start, 0, 0);
    const first = this.starNamedExpression();
    if (this.kind === For || this.kind === Async) {
      this.comprehensions(first);
      this.expect(RightBracket);
      return this.make(NodeKind.ListComp, start, 0, first);
    }
    this.elements(first, RightBracket);
    return this.make(NodeKind.List, start, 0, first);
  }

  /** `, b, c` and the closing bracket behind the first element. */
  private elements(first: number, closing: number): void {
    let last = first;
    while (this.accept(Comma) && this.kind !== closing)
      last = this.append(0, last, this.starNamedExpression());
    this.expect(closing);
  }

  private dictOrSet(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    if (this.accept(RightBrace)) return this.make(NodeKind.Dict, start, 0, 0);
    if (this.kind === DoubleStar) return this.dict(start, this.dictUnpack());
    const first = this.starNamedExpression();
    if (this.kind === Colon && this.nodeKinds[first] !== NodeKind.Starred) return this.dict(start, first);
    if (this.kind === For || this.kind === Async) {
      this.comprehensions(first);
      this.expect(RightBrace);
      return this.make(NodeKind.SetComp, start, 0, first);
    }
    this.elements(first, RightBrace);
    return this.make(NodeKind.Set, start, 0, first);
  }

  /** The rest of a dict behind its first key or unpacking. */
  private dict(start: number, first: number): number {
    let last = this.dictValue(first);
    if (this.kind === For || this.kind === Async) {
      this.comprehensions(last);
      this.expect(RightBrace);
      return this.make(NodeKind.DictComp, start, 0, first);
    }
    while (this.accept(Comma) && this.kind !== RightBrace) {
      const item = this.kind === DoubleStar ? this.dictUnpack() : this.expression();
      this.append(0, last, item);
      last = this.dictValue(item);
    }
    this.expect(RightBrace);
    return this.make(NodeKind.Dict, start, 0, first);
  }

  /** `: value` behind a key; an unpacking has none. */
  private dictValue(key: number): number {
    if (this.nodeKinds[key] === NodeKind.DictUnpack) return key;
    this.expect(Colon);
    return this.append(0, key, this.expression());
  }

  private dictUnpack(): number {
    const start = this.tokenStarts[this.index]!;
    this.advance();
    return this.make(NodeKind.DictUnpack, start, 0, this.operators(BITWISE));
  }

  /** One or more `for … in … if …`, linked behind `last`. */
  private comprehensions(last: number): void {
    while (this.kind === For || this.kind === Async) {
      const start = this.tokenStarts[this.index]!;
      const isAsync = this.accept(Async);
      this.expect(For);
      const node = this.open(NodeKind.Comprehension, start, isAsync ? 1 : 0);
      const target = this.append(node, 0, this.starTargets());
      this.expect(In);
      let condition = this.append(node, target, this.operators(Any));
      while (this.accept(If)) condition = this.append(node, condition, this.operators(Any));
      last = this.append(0, last, this.close(node));
    }
  }
}
