/** Parameters of functions and lambdas, and type parameters (PEP 695, PEP 696). */
import { NodeKind } from "./node-kind.js";
import { StringParser } from "./string-parser.js";
import { TokenKind } from "./token-kind.js";

const { Name, Comma, Colon, Equal, Slash, Star, DoubleStar, LeftBracket, RightBracket } = TokenKind;

export abstract class ParameterParser extends StringParser {
  protected abstract expression(): number;
  protected abstract starExpression(): number;

  /**
   * Parameters up to the token `closing`, which is not passed.
   * @param annotated - a colon behind a name begins an annotation, not the body of a lambda
   */
  protected parameters(closing: number, annotated: boolean): number {
    const node = this.open(NodeKind.Arguments, this.tokenStarts[this.index]!, 0);
    let last = 0;
    let slashSeen = false;
    let starSeen = false;
    let namedAfterStar = true;
    let defaultSeen = false;
    while (this.kind !== closing) {
      if (this.kind === Slash) {
        if (slashSeen || starSeen || last === 0)
          this.reportHere("'/' may stand once, behind parameters and before '*'");
        slashSeen = true;
        this.advance();
        this.markPositionalOnly(node);
      } else if (this.kind === Star) {
        if (starSeen) this.reportHere("'*' may stand once among parameters");
        starSeen = true;
        const start = this.tokenStarts[this.index]!;
        this.advance();
        if (this.kind === Name)
          last = this.append(node, last, this.parameter(NodeKind.VariadicArg, annotated));
        else if (this.kind === Comma) namedAfterStar = false;
        else this.report(start, this.lastEnd, "a parameter must follow '*'");
      } else if (this.kind === DoubleStar) {
        this.advance();
        last = this.append(node, last, this.parameter(NodeKind.KeywordsArg, annotated));
        namedAfterStar = true;
        this.accept(Comma);
        if (this.kind !== closing) this.fail("expected no parameter behind '**'");
        break;
      } else {
        const kind = starSeen ? NodeKind.KeywordOnlyArg : NodeKind.Arg;
        const parameter = this.parameter(kind, annotated);
        last = this.append(node, last, parameter);
        namedAfterStar = true;
        if (this.accept(Equal)) {
          defaultSeen = true;
          last = this.append(node, last, this.expression());
        } else if (defaultSeen && !starSeen) {
          this.report(
            this.nodeStarts[parameter]!,
            this.nodeEnds[parameter]!,
            "a parameter without a default follows one with a default",
          );
        }
      }
      if (!this.accept(Comma)) break;
    }
    if (!namedAfterStar) this.reportHere("a named parameter must follow '*'");
    return this.close(node);
  }

  private parameter(kind: NodeKind, annotated: boolean): number {
    const start = this.tokenStarts[this.index]!;
    const node = this.open(kind, start, this.identifier());
    if (annotated && this.accept(Colon)) {
      // PEP 646: *args: *Ts
      const annotation = kind === NodeKind.VariadicArg ? this.starExpression() : this.expression();
      this.firstChildren[node] = annotation;
    }
    return this.close(node);
  }

  private markPositionalOnly(node: number): void {
    for (let child = this.firstChildren[node]!; child !== 0; child = this.nextSiblings[child]!) {
      if (this.nodeKinds[child] === NodeKind.Arg) this.nodeKinds[child] = NodeKind.PositionalOnlyArg;
    }
  }

  /** `[T: bound = default, *Ts, **P]`, if it is there; appended to `parent` behind `last`. */
  protected typeParameters(parent: number, last: number): number {
    if (this.kind !== LeftBracket) return last;
    this.advance();
    if (this.kind === RightBracket) this.fail("expected a type parameter");
    do {
      if (this.kind === RightBracket) break;
      last = this.append(parent, last, this.typeParameter());
    } while (this.accept(Comma));
    this.expect(RightBracket);
    return last;
  }

  private typeParameter(): number {
    const start = this.tokenStarts[this.index]!;
    let kind = NodeKind.TypeVar;
    if (this.accept(Star)) kind = NodeKind.TypeVarTuple;
    else if (this.accept(DoubleStar)) kind = NodeKind.ParamSpec;
    const node = this.open(kind, start, this.identifier());
    let last = 0;
    if (kind === NodeKind.TypeVar && this.accept(Colon)) last = this.append(node, 0, this.expression());
    if (this.kind === Equal) {
      const defaultStart = this.tokenStarts[this.index]!;
      this.advance();
      const value = kind === NodeKind.TypeVarTuple ? this.starExpression() : this.expression();
      this.append(node, last, this.make(NodeKind.TypeDefault, defaultStart, 0, value));
    }
    return this.close(node);
  }
}
