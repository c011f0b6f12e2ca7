/** Conditions: what a test asks of shared state, so that rules can pair it with what is then done. */
import { ConstantKind, NodeKind, Operator } from "../syntax/index.js";
import { ExpressionWalker } from "./expression-walker.js";
import { EventColumn, EventFlag, Op, RootKind, Test } from "./summary.js";

/** Methods that ask how full something is. */
const SIZE_METHODS = new Set(["empty", "qsize", "full", "isEmpty", "is_empty"]);

/** Names of values that stand for "nothing there". */
const SENTINEL =
  /^_*(missing|sentinel|unset|notset|not_set|undefined|empty|none|marker|no_value|notfound|not_found|default)_*$/i;

export abstract class ConditionWalker extends ExpressionWalker {
  protected condition(node: number, negated: boolean): void {
    const { tree } = this;
    switch (tree.kinds[node]) {
      case NodeKind.UnaryOp:
        if (tree.operator(node) === Operator.Not) {
          this.depth++;
          if (this.depth < 100) this.condition(tree.firstChild(node), !negated);
          else this.load(node);
          this.depth--;
          return;
        }
        break;
      case NodeKind.BoolOp:
        this.junction(node, negated);
        return;
      case NodeKind.Compare:
        if (this.comparison(node, negated)) return;
        break;
      case NodeKind.Call:
        if (this.question(node, negated)) return;
        break;
      case NodeKind.Name:
      case NodeKind.Attribute:
      case NodeKind.Subscript:
      case NodeKind.NamedExpr:
        this.truth(node, Test.Truth, negated, node);
        return;
    }
    this.load(node);
  }

  /** Each operand of `and` and `or` is a condition of its own; later ones run only after earlier ones. */
  private junction(node: number, negated: boolean): void {
    const { tree } = this;
    this.depth++;
    for (let operand = tree.firstChild(node); operand !== 0; operand = tree.nextSibling(operand)) {
      if (this.depth < 100) this.condition(operand, negated);
      else this.load(operand);
    }
    this.depth--;
  }

  private comparison(node: number, negated: boolean): boolean {
    const { tree } = this;
    const left = tree.firstChild(node);
    const right = tree.nextSibling(left);
    const operator = tree.operator(node);
    if (operator === Operator.Chain) return false;
    if (operator === Operator.In || operator === Operator.NotIn) {
      const key = this.index(left);
      const path = this.container(right);
      if (path !== 0) this.test(path, Test.Contains, negated !== (operator === Operator.NotIn), node, key);
      return true;
    }
    const isEqual = operator === Operator.Is || operator === Operator.Eq;
    const isDifferent = operator === Operator.IsNot || operator === Operator.NotEq;
    if ((isEqual || isDifferent) && this.isNothing(right)) {
      this.truth(left, Test.IsNone, negated !== isEqual, node);
      return true;
    }
    const size = this.sizedPath(left);
    if (size !== 0) {
      this.load(right);
      this.test(size, Test.Size, negated, node, 0);
      return true;
    }
    const otherSize = this.sizedPath(right);
    if (otherSize !== 0) {
      this.load(left);
      this.test(otherSize, Test.Size, negated, node, 0);
      return true;
    }
    this.truth(left, Test.Compare, negated, node);
    this.truth(right, Test.Compare, negated, node);
    return true;
  }

  /** None, False, 0 and values that are named as placeholders. */
  private isNothing(node: number): boolean {
    const { tree } = this;
    if (tree.kinds[node] === NodeKind.Constant) return tree.constantKind(node) === ConstantKind.None;
    const kind = tree.kinds[node];
    return (kind === NodeKind.Name || kind === NodeKind.Attribute) && SENTINEL.test(tree.name(node));
  }

  /** The path behind `len(x)` or `x.qsize()`, or 0. */
  private sizedPath(node: number): number {
    const { tree } = this;
    if (tree.kinds[node] !== NodeKind.Call) return 0;
    const callee = tree.firstChild(node);
    const first = tree.nextSibling(callee);
    if (tree.kinds[callee] === NodeKind.Name && tree.name(callee) === "len" && first !== 0) {
      return this.container(first);
    }
    if (tree.kinds[callee] === NodeKind.Attribute && SIZE_METHODS.has(tree.name(callee)) && first === 0) {
      return this.target(tree.firstChild(callee));
    }
    return 0;
  }

  /** The path of a container, its views included. */
  private container(node: number): number {
    const { tree } = this;
    if (tree.kinds[node] === NodeKind.Call) {
      const callee = tree.firstChild(node);
      const isView = tree.kinds[callee] === NodeKind.Attribute && tree.name(callee) === "keys";
      if (isView && tree.nextSibling(callee) === 0) return this.target(tree.firstChild(callee));
      this.load(node);
      return 0;
    }
    const kind = tree.kinds[node];
    if (kind === NodeKind.Name || kind === NodeKind.Attribute || kind === NodeKind.Subscript) {
      return this.target(node);
    }
    this.load(node);
    return 0;
  }

  /** `hasattr(…)`, `x.get(k)`, `len(x)`, `q.empty()`, `lock.acquire(…)` as a condition. */
  private question(node: number, negated: boolean): boolean {
    const { tree } = this;
    const size = this.sizedPath(node);
    if (size !== 0) {
      const isEmptyTest = tree.kinds[tree.firstChild(node)] === NodeKind.Attribute;
      this.test(size, Test.Size, negated !== isEmptyTest, node, 0);
      return true;
    }
    const callee = tree.firstChild(node);
    const first = tree.nextSibling(callee);
    if (tree.kinds[callee] === NodeKind.Name && tree.name(callee) === "hasattr" && first !== 0) {
      const attribute = this.textOf(tree.nextSibling(first));
      const owner = this.target(first);
      if (owner !== 0 && attribute !== "") {
        const path = this.path(RootKind.Attribute, owner, this.string(attribute));
        this.test(path, Test.HasAttribute, negated, node, 0);
      }
      return true;
    }
    if (tree.kinds[callee] === NodeKind.Attribute) {
      this.truth(node, Test.Truth, negated, node);
      return true;
    }
    return false;
  }

  /** A test of a path, of a local that was read from one, or of what `get` gave. */
  private truth(node: number, kind: Test, negated: boolean, whole: number): void {
    const { tree } = this;
    let asked = node;
    if (tree.kinds[asked] === NodeKind.NamedExpr) {
      this.load(asked);
      asked = tree.firstChild(asked);
    }
    switch (tree.kinds[asked]) {
      case NodeKind.Name: {
        const local = this.frame.locals.get(tree.nameId(asked));
        if (local !== undefined && local.origin !== 0) {
          this.testOfOrigin(local.origin, kind, negated, whole);
          return;
        }
        const path = this.namePath(tree.nameId(asked));
        if (path !== 0 && this.pathKind(path) !== RootKind.Builtin) this.test(path, kind, negated, whole, 0);
        return;
      }
      case NodeKind.Attribute: {
        const path = this.target(asked);
        if (path !== 0) this.test(path, kind, negated, whole, 0);
        return;
      }
      case NodeKind.Call: {
        const before = this.events.count;
        this.call(asked, false);
        const row = this.events.count - 1;
        if (row >= before && this.events.get(row, EventColumn.Op) === Op.Method) {
          const method = this.strings[this.events.get(row, EventColumn.Name)]!;
          const path = this.events.get(row, EventColumn.Path);
          if (method === "get") {
            this.test(path, Test.Contains, negated, whole, this.events.get(row, EventColumn.Key));
          } else if (method === "locked") this.test(path, Test.Locked, negated, whole, 0);
        }
        return;
      }
      case NodeKind.Subscript: {
        const path = this.target(asked);
        if (path !== 0) this.test(path, kind, negated, whole, 0);
        return;
      }
      default:
        this.load(asked);
    }
  }

  /** `v = x.get(k)` … `if v is None` asks whether `x` contains `k`; `v = x.a` … `if v` asks for `x.a`. */
  private testOfOrigin(origin: number, kind: Test, negated: boolean, node: number): void {
    const { events } = this;
    const op = events.get(origin, EventColumn.Op);
    const path = events.get(origin, EventColumn.Path);
    const key = events.get(origin, EventColumn.Key);
    let asked = kind;
    if (op === Op.Method) {
      const method = this.strings[events.get(origin, EventColumn.Name)];
      if (method !== "get" || kind === Test.Compare) return;
      asked = Test.Contains;
    } else if (op !== Op.Read && op !== Op.ItemRead) return;
    const row = this.test(path, asked, negated, node, key);
    events.set(row, EventColumn.Origin, origin);
    events.data[row * EventColumn.Size + EventColumn.Flags]! |= EventFlag.ViaLocal;
  }

  private test(path: number, kind: Test, negated: boolean, node: number, key: number): number {
    const row = this.record(Op.Test, negated ? EventFlag.Negated : 0, path, node);
    this.events.set(row, EventColumn.Detail, kind);
    this.events.set(row, EventColumn.Key, key);
    return row;
  }
}
