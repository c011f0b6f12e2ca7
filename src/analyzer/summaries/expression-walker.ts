/**
 * Expressions in the order they are evaluated, as events on paths. `load` records what an expression reads;
 * `target` gives the path of an object about to be used, without recording a read of it.
 */
import { MAX_DEPTH } from "../symbols/index.js";
import { ConstantKind, Context, NodeKind, Operator } from "../syntax/index.js";
import { type LocalValue, NameResolver } from "./name-resolver.js";
import { OBSERVED_ATTRIBUTES, OBSERVED_METHODS, REMEMBERED_CALLS } from "./observed.js";
import { BlockColumn, BlockKind, EventColumn, EventFlag, Op, PathColumn, RootKind } from "./summary.js";

/** Longer chains of attributes name no state that two functions agree on. */
const MAX_PATH_DEPTH = 5;

/** Calls that run a lambda before they return: its body holds the locks of the call. */
const INLINE_CALLERS = new Set([
  "sorted",
  "min",
  "max",
  "map",
  "filter",
  "any",
  "all",
  "sum",
  "sort",
  "next",
]);

/** Methods that give a view of a container without reading it. */
export const VIEW_METHODS = new Set(["items", "values", "keys", "iteritems", "itervalues", "iterkeys"]);

/** Builtins that hand on the iteration of their argument. */
const ITERATION_WRAPPERS = new Set(["enumerate", "reversed", "zip", "iter", "map", "filter"]);

const NOTHING: LocalValue = { path: 0, origin: 0 };

export abstract class ExpressionWalker extends NameResolver {
  protected depth = 0;

  /** Takes note of a lambda, whose body runs later; its number. */
  protected abstract deferLambda(node: number): number;
  /** Walks the body of a lambda where it stands. */
  protected abstract inlineLambda(node: number): void;
  /** Binds a name, attribute, item or pattern of them to something unknown. */
  protected abstract bindUnknown(target: number): void;
  /** Records the tests of a condition. */
  protected abstract condition(node: number, negated: boolean): void;

  /** Event of a path reached at `node`, with what is known of the local that leads to it. */
  protected record(op: Op, flags: number, path: number, node: number): number {
    const row = this.event(op, flags, path, this.tree.starts[node]!, this.tree.ends[node]!);
    const root = this.rootName(node);
    if (root !== 0) {
      const local = this.frame.locals.get(root);
      if (local !== undefined) {
        this.events.data[row * EventColumn.Size + EventColumn.Flags]! |= EventFlag.ViaLocal;
        this.events.set(row, EventColumn.Origin, local.origin);
      }
    }
    return row;
  }

  /** Name id of the local at the root of a chain, or 0. */
  private rootName(node: number): number {
    const { kinds, firstChildren } = this.tree;
    let at = node;
    for (;;) {
      const kind = kinds[at];
      if (kind === NodeKind.Name) return this.tree.nameId(at);
      if (kind !== NodeKind.Attribute && kind !== NodeKind.Subscript && kind !== NodeKind.Call) return 0;
      at = firstChildren[at]!;
    }
  }

  load(node: number): void {
    if (node === 0 || this.depth > MAX_DEPTH) return;
    const { tree } = this;
    switch (tree.kinds[node]) {
      case NodeKind.Constant:
        return;
      case NodeKind.Name: {
        const id = tree.nameId(node);
        const path = this.namePath(id);
        if (path !== 0 && this.isState(path)) this.record(Op.Read, 0, path, node);
        return;
      }
      case NodeKind.Attribute: {
        const path = this.target(node);
        if (path !== 0) this.record(Op.Read, 0, path, node);
        return;
      }
      case NodeKind.Subscript:
        this.target(node);
        return;
      case NodeKind.Call:
        this.call(node, false);
        return;
      case NodeKind.Lambda:
        this.deferLambda(node);
        return;
      case NodeKind.Compare:
        if (!this.asksVersion(node)) break;
        this.condition(node, false);
        return;
      case NodeKind.BoolOp:
        this.shortCircuit(node);
        return;
      case NodeKind.IfExp:
        this.choice(node);
        return;
      case NodeKind.NamedExpr: {
        const name = tree.firstChild(node);
        this.assignLocalFrom(name, tree.nextSibling(name));
        return;
      }
      case NodeKind.ListComp:
      case NodeKind.SetComp:
      case NodeKind.DictComp:
      case NodeKind.GeneratorExp:
        this.comprehension(node);
        return;
      case NodeKind.Await: {
        const value = tree.firstChild(node);
        if (tree.kinds[value] === NodeKind.Call) this.call(value, true);
        else this.load(value);
        this.record(Op.Await, 0, 0, node);
        return;
      }
      case NodeKind.Yield:
      case NodeKind.YieldFrom: {
        const value = tree.firstChild(node);
        const path = this.exportedPath(value);
        this.load(value);
        this.record(Op.Yield, 0, path, node);
        return;
      }
    }
    this.depth++;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) this.load(child);
    this.depth--;
  }

  /** `"…" in sys.version`: a question also where nothing depends on it yet. */
  private asksVersion(node: number): boolean {
    const { tree } = this;
    const left = tree.firstChild(node);
    const right = tree.nextSibling(left);
    if (tree.kinds[left] !== NodeKind.Constant || tree.kinds[right] !== NodeKind.Attribute) return false;
    const name = tree.name(right);
    return name === "version" || name === "abiflags";
  }

  /** True for what can be shared: modules, functions and builtins are read all the time and never change. */
  private isState(path: number): boolean {
    const kind = this.pathKind(path);
    return kind !== RootKind.Builtin && kind !== RootKind.Self && kind !== RootKind.Class;
  }

  private exportedPath(value: number): number {
    const kind = this.tree.kinds[value];
    if (kind === NodeKind.Name) return this.namePath(this.tree.nameId(value));
    return 0;
  }

  /** The path that an expression denotes, or 0; records what is read on the way to it. */
  target(node: number): number {
    const { tree } = this;
    if (this.depth > MAX_DEPTH) return 0;
    switch (tree.kinds[node]) {
      case NodeKind.Name:
        return this.namePath(tree.nameId(node));
      case NodeKind.Attribute: {
        this.depth++;
        const base = this.withoutSuper(this.target(tree.firstChild(node)));
        this.depth--;
        const nameId = tree.nameId(node);
        if (base === 0) {
          // No name leads to the object; the attribute speaks for itself.
          if (!OBSERVED_ATTRIBUTES.has(tree.nameText(nameId))) return 0;
          return this.attribute(this.path(RootKind.Unknown, 0, 0), nameId);
        }
        if (this.pathKind(base) === RootKind.Self && tree.nameText(nameId) === "__class__") {
          return this.path(RootKind.Class, this.paths.get(base, PathColumn.Owner), 0);
        }
        return this.pathDepth(base) >= MAX_PATH_DEPTH ? 0 : this.attribute(base, nameId);
      }
      case NodeKind.Subscript: {
        const value = tree.firstChild(node);
        this.depth++;
        const base = this.target(value);
        const key = this.index(tree.nextSibling(value));
        this.depth--;
        if (base === 0) return 0;
        const flags = tree.kinds[tree.nextSibling(value)] === NodeKind.Slice ? EventFlag.Slice : 0;
        if (tree.context(node) === Context.Load) {
          const row = this.record(Op.ItemRead, flags, base, node);
          this.events.set(row, EventColumn.Key, key);
        }
        return this.pathDepth(base) >= MAX_PATH_DEPTH ? 0 : this.element(base);
      }
      case NodeKind.Call:
        return this.call(node, false);
      case NodeKind.Await:
      case NodeKind.NamedExpr:
        this.load(node);
        return tree.kinds[node] === NodeKind.NamedExpr ? this.target(tree.firstChild(node)) : 0;
      default:
        this.load(node);
        return 0;
    }
  }

  /** Reads a subscript and gives its text. */
  protected index(node: number): number {
    this.load(node);
    return this.sourceString(node);
  }

  private pathDepth(path: number): number {
    let depth = 0;
    for (let at = path; ; at = this.paths.get(at, PathColumn.Owner)) {
      const kind = this.pathKind(at);
      if (kind !== RootKind.Attribute && kind !== RootKind.Element) return depth;
      depth++;
    }
  }

  /** Records a call and gives the path of what it returns, where that is plain. */
  protected call(node: number, awaited: boolean): number {
    const { tree } = this;
    const callee = tree.firstChild(node);
    const first = tree.nextSibling(callee);
    const flags = awaited ? EventFlag.Awaited : 0;
    this.depth++;
    try {
      if (tree.kinds[callee] === NodeKind.Attribute) return this.methodCall(node, callee, first, flags);
      if (tree.kinds[callee] !== NodeKind.Name) {
        const path = this.target(callee);
        this.passArguments(first, path === 0 ? "" : this.dotted(path));
        if (path !== 0) this.record(Op.Call, flags | this.argumentFlags(first), path, node);
        return 0;
      }
      const path = this.namePath(tree.nameId(callee));
      const name = tree.name(callee);
      if (path !== 0 && this.pathKind(path) === RootKind.Builtin) {
        const special = this.builtinCall(name, first);
        if (special >= 0) return special;
      }
      this.passArguments(first, path === 0 ? name : this.dotted(path));
      const held = path === 0 ? this.frame.locals.get(tree.nameId(callee)) : undefined;
      if (path !== 0 || (held !== undefined && held.origin !== 0)) {
        const row = this.record(Op.Call, flags | this.argumentFlags(first), path, node);
        if (first !== 0) this.events.set(row, EventColumn.Key, this.sourceString(first));
        if (held !== undefined) this.events.set(row, EventColumn.Origin, held.origin);
        this.rememberArguments(row, name, callee, node);
      }
      return 0;
    } finally {
      this.depth--;
    }
  }

  /** `type(self)`, `super()`, `getattr(o, "x")`: the path they denote, or -1 for another call. */
  private builtinCall(name: string, first: number): number {
    const { tree, frame } = this;
    switch (name) {
      case "type": {
        if (first === 0 || tree.nextSibling(first) !== 0) return -1;
        const path = this.target(first);
        if (path !== 0 && this.pathKind(path) === RootKind.Self) {
          return this.path(RootKind.Class, this.paths.get(path, PathColumn.Owner), 0);
        }
        return 0;
      }
      case "super":
        return frame.receiverClass < 0 || first !== 0
          ? -1
          : this.attribute(this.path(RootKind.Self, frame.receiverClass, 0), 0);
      case "getattr": {
        const attribute = this.textOf(tree.nextSibling(first));
        if (first === 0 || attribute === "") return -1;
        const owner = this.target(first);
        const path = owner === 0 ? 0 : this.path(RootKind.Attribute, owner, this.string(attribute));
        if (path !== 0 && tree.nextSibling(tree.nextSibling(first)) === 0)
          this.record(Op.Read, 0, path, first);
        return path;
      }
      case "setattr": {
        const attribute = this.textOf(tree.nextSibling(first));
        if (first === 0 || attribute === "") return -1;
        const owner = this.target(first);
        this.load(tree.nextSibling(tree.nextSibling(first)));
        if (owner !== 0) {
          this.record(Op.Write, 0, this.path(RootKind.Attribute, owner, this.string(attribute)), first);
        }
        return 0;
      }
      case "globals":
      case "vars":
        return first === 0 || name === "vars" ? 0 : -1;
    }
    return -1;
  }

  /** The name that a string constant spells, or "". */
  protected textOf(node: number): string {
    const { tree, bytes } = this;
    if (node === 0 || tree.kinds[node] !== NodeKind.Constant) return "";
    if (tree.constantKind(node) !== ConstantKind.Str) return "";
    const text = Buffer.from(bytes.subarray(tree.starts[node]! + 1, tree.ends[node]! - 1)).toString("latin1");
    return /^[A-Za-z_]\w*$/.test(text) ? text : "";
  }

  private methodCall(node: number, callee: number, first: number, flags: number): number {
    const { tree } = this;
    const receiver = tree.firstChild(callee);
    let base = this.target(receiver);
    const method = tree.nameId(callee);
    const name = tree.nameText(method);
    if (base === 0) {
      const made = this.events.count - 1;
      this.passArguments(first, name);
      if (OBSERVED_METHODS.has(name)) this.observedCall(node, method, first, flags, made);
      return 0;
    }
    // `super().f()` is `self.f()` of a base class: the empty attribute marks it.
    const kind = this.pathKind(base);
    const all = flags | this.argumentFlags(first);
    if (
      kind === RootKind.Self ||
      kind === RootKind.Class ||
      kind === RootKind.Import ||
      this.isSuper(base) ||
      (kind === RootKind.Attribute && this.isModuleAttribute(base))
    ) {
      const path = this.attribute(base, method);
      this.passArguments(first, this.dotted(path));
      const row = this.record(Op.Call, all, path, node);
      if (first !== 0) this.events.set(row, EventColumn.Key, this.sourceString(first));
      this.events.set(row, EventColumn.Name, this.nameString(method));
      this.rememberArguments(row, name, callee, node);
      return 0;
    }
    if (base !== 0 && this.pathDepth(base) > MAX_PATH_DEPTH) base = 0;
    this.passArguments(first, name);
    if (base === 0) return 0;
    const row = this.record(Op.Method, all, base, node);
    this.events.set(row, EventColumn.Name, this.nameString(method));
    if (first !== 0) this.events.set(row, EventColumn.Key, this.sourceString(first));
    if (name === "acquire") this.acquired(base, node);
    else if (name === "release") this.closeRegionOf(base);
    if (name === "setdefault") return this.element(base);
    return 0;
  }

  /** `Thread(…).start()`, `future.result()`: the origin is the call that the object came from. */
  private observedCall(node: number, method: number, first: number, flags: number, made: number): void {
    const { tree } = this;
    const receiver = tree.firstChild(tree.firstChild(node));
    const row = this.record(Op.Method, flags | this.argumentFlags(first), 0, node);
    this.events.set(row, EventColumn.Name, this.nameString(method));
    if (first !== 0) this.events.set(row, EventColumn.Key, this.sourceString(first));
    if (tree.kinds[receiver] !== NodeKind.Call) return;
    const isReceiver = made > 0 && this.events.get(made, EventColumn.End) === tree.ends[receiver];
    this.events.set(row, EventColumn.Origin, isReceiver ? made : 0);
  }

  /** Calls whose arguments matter to rules keep them as text. */
  private rememberArguments(row: number, name: string, callee: number, node: number): void {
    if (!REMEMBERED_CALLS.has(name)) return;
    const { ends } = this.tree;
    this.events.set(row, EventColumn.Detail, this.sourceBetween(ends[callee]!, ends[node]!));
  }

  /** An `acquire()` call was evaluated. */
  protected abstract acquired(path: number, node: number): void;

  private isSuper(path: number): boolean {
    return this.pathKind(path) === RootKind.Attribute && this.paths.get(path, PathColumn.Name) === 0;
  }

  /** `super().x` is `self.x`, unless it is called. */
  private withoutSuper(path: number): number {
    return path !== 0 && this.isSuper(path) ? this.paths.get(path, PathColumn.Owner) : path;
  }

  private isModuleAttribute(path: number): boolean {
    for (let at = path; ; at = this.paths.get(at, PathColumn.Owner)) {
      const kind = this.pathKind(at);
      if (kind === RootKind.Import) return true;
      if (kind !== RootKind.Attribute) return false;
    }
  }

  private argumentFlags(first: number): number {
    if (first === 0) return EventFlag.NoArguments;
    return this.tree.nextSibling(first) === 0 && this.tree.kinds[first] !== NodeKind.Keyword
      ? 0
      : EventFlag.MoreArguments;
  }

  /** Records what goes into a call as its arguments. */
  private passArguments(first: number, callee: string): void {
    const { tree } = this;
    let position = 0;
    for (let argument = first; argument !== 0; argument = tree.nextSibling(argument)) {
      const isKeyword = tree.kinds[argument] === NodeKind.Keyword;
      const value =
        isKeyword || tree.kinds[argument] === NodeKind.Starred ? tree.firstChild(argument) : argument;
      const key = isKeyword ? tree.name(argument) : `#${position++}`;
      this.passArgument(value, callee, key);
    }
  }

  private passArgument(value: number, callee: string, key: string): void {
    const { tree } = this;
    const kind = tree.kinds[value];
    if (kind === NodeKind.Lambda) {
      if (INLINE_CALLERS.has(callee)) {
        this.inlineLambda(value);
        return;
      }
      const path = this.path(RootKind.Function, this.deferLambda(value), 0);
      this.pass(path, value, callee, key, 0);
      return;
    }
    if (kind === NodeKind.Name || kind === NodeKind.Attribute) {
      const path = this.target(value);
      if (path !== 0 && this.pathKind(path) !== RootKind.Builtin) this.pass(path, value, callee, key, 0);
      return;
    }
    if (kind === NodeKind.Call) {
      const view = this.viewedPath(value);
      if (view !== 0) {
        this.pass(view, value, callee, key, this.viewName(value));
        return;
      }
    }
    this.load(value);
  }

  private pass(path: number, node: number, callee: string, key: string, view: number): void {
    const row = this.record(Op.Pass, 0, path, node);
    this.events.set(row, EventColumn.Name, this.string(callee));
    this.events.set(row, EventColumn.Key, this.string(key));
    this.events.set(row, EventColumn.Detail, view);
  }

  /** The container behind `x.items()`, or 0. */
  private viewedPath(call: number): number {
    const { tree } = this;
    const callee = tree.firstChild(call);
    if (tree.kinds[callee] !== NodeKind.Attribute || tree.nextSibling(callee) !== 0) return 0;
    if (!VIEW_METHODS.has(tree.name(callee))) return 0;
    const path = this.target(tree.firstChild(callee));
    if (path === 0) return 0;
    const kind = this.pathKind(path);
    return kind === RootKind.Self || kind === RootKind.Class ? 0 : path;
  }

  private viewName(call: number): number {
    return this.nameString(this.tree.nameId(this.tree.firstChild(call)));
  }

  /** Records the iteration of a `for` or a comprehension. */
  protected iterate(node: number, flags: number): void {
    const { tree } = this;
    const kind = tree.kinds[node];
    if (kind === NodeKind.Name || kind === NodeKind.Attribute || kind === NodeKind.Subscript) {
      const path = this.target(node);
      if (path !== 0) this.record(Op.Iterate, flags, path, node);
      return;
    }
    if (kind === NodeKind.Call) {
      const view = this.viewedPath(node);
      if (view !== 0) {
        const row = this.record(Op.Iterate, flags, view, node);
        this.events.set(row, EventColumn.Name, this.viewName(node));
        return;
      }
      const callee = tree.firstChild(node);
      if (tree.kinds[callee] === NodeKind.Name && ITERATION_WRAPPERS.has(tree.name(callee))) {
        for (let at = tree.nextSibling(callee); at !== 0; at = tree.nextSibling(at)) this.iterate(at, flags);
        return;
      }
    }
    this.load(node);
  }

  private comprehension(node: number): void {
    const { tree } = this;
    this.depth++;
    const outer = this.block;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      if (tree.kinds[child] !== NodeKind.Comprehension) continue;
      const target = tree.firstChild(child);
      const iterable = tree.nextSibling(target);
      this.iterate(iterable, EventFlag.Comprehension);
      this.bindUnknown(target);
      this.openBlock(BlockKind.Comprehension, child, tree.starts[node]!, tree.ends[node]!);
      for (let test = tree.nextSibling(iterable); test !== 0; test = tree.nextSibling(test)) this.load(test);
    }
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      if (tree.kinds[child] !== NodeKind.Comprehension) this.load(child);
    }
    this.block = outer;
    this.depth--;
  }

  private shortCircuit(node: number): void {
    const { tree } = this;
    const isAnd = tree.operator(node) === Operator.And;
    this.depth++;
    const outer = this.block;
    for (let operand = tree.firstChild(node); operand !== 0; operand = tree.nextSibling(operand)) {
      const next = tree.nextSibling(operand);
      if (next === 0) {
        this.load(operand);
        break;
      }
      const first = this.events.count;
      this.condition(operand, !isAnd);
      this.openBlock(isAnd ? BlockKind.And : BlockKind.Or, node, tree.starts[next]!, tree.ends[node]!);
      this.blocks.set(this.block, BlockColumn.TestFirst, first);
      this.blocks.set(this.block, BlockColumn.TestLast, this.events.count);
    }
    this.block = outer;
    this.depth--;
  }

  private choice(node: number): void {
    const { tree } = this;
    const body = tree.firstChild(node);
    const test = tree.nextSibling(body);
    const orelse = tree.nextSibling(test);
    this.depth++;
    const first = this.events.count;
    this.condition(test, false);
    const last = this.events.count;
    for (const [kind, part] of [
      [BlockKind.Then, body],
      [BlockKind.Else, orelse],
    ] as const) {
      this.openBlock(kind, node, tree.starts[part]!, tree.ends[part]!);
      this.blocks.set(this.block, BlockColumn.TestFirst, first);
      this.blocks.set(this.block, BlockColumn.TestLast, last);
      this.load(part);
      this.closeBlock();
    }
    this.depth--;
  }

  /** Evaluates a value that goes into a plain local and remembers what the local then holds. */
  protected assignLocalFrom(name: number, value: number): void {
    const held = this.evaluate(value);
    const id = this.tree.nameId(name);
    if (this.isPlainLocal(id)) this.frame.locals.set(id, held);
    else this.bindUnknown(name);
  }

  /** Evaluates an expression: what a local assigned from it holds. */
  protected evaluate(value: number): LocalValue {
    const { tree } = this;
    const kind = tree.kinds[value];
    const before = this.events.count;
    if (kind === NodeKind.Name || kind === NodeKind.Attribute || kind === NodeKind.Subscript) {
      const path = this.target(value);
      if (path === 0 && kind === NodeKind.Name) return this.frame.locals.get(tree.nameId(value)) ?? NOTHING;
      if (path === 0 || this.pathKind(path) === RootKind.Builtin) return NOTHING;
      if (kind === NodeKind.Subscript) return { path, origin: this.events.count - 1 };
      if (!this.isState(path)) return { path, origin: 0 };
      return { path, origin: this.record(Op.Read, 0, path, value) };
    }
    if (kind === NodeKind.Call) {
      const path = this.call(value, false);
      return { path, origin: this.originSince(before, value) };
    }
    this.load(value);
    return { path: 0, origin: this.originSince(before, value) };
  }

  /** The read of state that a value was computed from: the first read, item or call of the expression. */
  private originSince(before: number, value: number): number {
    const { data } = this.events;
    for (let row = before; row < this.events.count; row++) {
      const at = row * EventColumn.Size;
      const op = data[at + EventColumn.Op];
      if (op === Op.Read || op === Op.ItemRead || op === Op.Method) return row;
    }
    return this.tree.kinds[value] === NodeKind.Call ? this.events.count - 1 : 0;
  }
}
