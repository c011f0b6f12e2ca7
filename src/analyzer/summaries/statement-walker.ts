/** Statements: assignments as writes, branches as blocks, `with` as lock regions. */
import { MAX_DEPTH } from "../symbols/index.js";
import { ConstantKind, NodeKind } from "../syntax/index.js";
import { ConditionWalker } from "./condition-walker.js";
import {
  BlockColumn,
  BlockKind,
  EventColumn,
  EventFlag,
  Op,
  PathColumn,
  RegionKind,
  RootKind,
  Value,
} from "./summary.js";

/** What is known of a value that is about to be written. */
interface WrittenValue {
  readonly kind: Value;
  /** Text: the dotted callee of a call, or the name of a path. */
  readonly name: number;
  /** Where its events begin and end. */
  readonly first: number;
  readonly last: number;
  /** Path and origin that a local would take over. */
  readonly path: number;
  readonly origin: number;
  /** Node, 0 if there is none. */
  readonly node: number;
}

const SIMPLE_VALUES: Partial<Record<NodeKind, Value>> = {
  [NodeKind.Lambda]: Value.Function,
  [NodeKind.Name]: Value.Path,
  [NodeKind.Attribute]: Value.Path,
  [NodeKind.Subscript]: Value.Path,
  [NodeKind.ListComp]: Value.List,
  [NodeKind.DictComp]: Value.Dict,
  [NodeKind.SetComp]: Value.Set,
  [NodeKind.Set]: Value.Set,
  [NodeKind.Tuple]: Value.Tuple,
  [NodeKind.JoinedStr]: Value.Text,
  [NodeKind.GeneratorExp]: Value.Generator,
};

const EMPTY_CALLS: Readonly<Record<string, Value>> = {
  dict: Value.EmptyDict,
  list: Value.EmptyList,
  set: Value.EmptySet,
};

export abstract class StatementWalker extends ConditionWalker {
  protected abstract defineFunction(node: number): void;
  protected abstract defineClass(node: number): void;

  /** Flags of every write at this level. */
  private get level(): number {
    const { kind } = this.frame.scope;
    if (kind === "function") return 0;
    return kind === "class" ? EventFlag.ImportTime | EventFlag.ClassBody : EventFlag.ImportTime;
  }

  /** Walks the statements of a node; true if its end is never reached. */
  protected statements(node: number): boolean {
    const { tree } = this;
    let leaves = false;
    if (this.depth > MAX_DEPTH) return false;
    this.depth++;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      leaves = this.statement(child) || leaves;
    }
    this.depth--;
    return leaves;
  }

  private statement(node: number): boolean {
    const { tree } = this;
    const first = tree.firstChild(node);
    switch (tree.kinds[node]) {
      case NodeKind.Expr:
        this.discarded(first);
        return false;
      case NodeKind.Assign:
        this.assign(node);
        return false;
      case NodeKind.AnnAssign: {
        const value = tree.nextSibling(tree.nextSibling(first));
        if (value !== 0) this.write(first, this.written(value));
        return false;
      }
      case NodeKind.AugAssign:
        this.update(node);
        return false;
      case NodeKind.Delete:
        for (const target of tree.children(node)) this.remove(target);
        return false;
      case NodeKind.Return: {
        const before = this.events.count;
        this.load(first);
        const path = first !== 0 && this.events.count > before ? this.lastPath(before) : 0;
        this.record(Op.Return, 0, path, node);
        return true;
      }
      case NodeKind.Raise: {
        const path = first !== 0 && tree.kinds[first] === NodeKind.Name ? this.target(first) : 0;
        if (path !== 0) this.record(Op.Raise, 0, path, node);
        else this.load(first);
        return true;
      }
      case NodeKind.Break:
      case NodeKind.Continue:
        return true;
      case NodeKind.If:
        return this.ifStatement(node);
      case NodeKind.While:
        this.whileStatement(node);
        return false;
      case NodeKind.For:
      case NodeKind.AsyncFor:
        this.forStatement(node);
        return false;
      case NodeKind.With:
      case NodeKind.AsyncWith:
        return this.withStatement(node);
      case NodeKind.Try:
      case NodeKind.TryStar:
        return this.tryStatement(node);
      case NodeKind.Match:
        this.matchStatement(node);
        return false;
      case NodeKind.FunctionDef:
      case NodeKind.AsyncFunctionDef:
        this.defineFunction(node);
        return false;
      case NodeKind.ClassDef:
        this.defineClass(node);
        return false;
      case NodeKind.Error:
      case NodeKind.Block:
        return this.statements(node);
      case NodeKind.Assert: {
        this.condition(first, false);
        this.load(tree.nextSibling(first));
        return false;
      }
      case NodeKind.Global:
      case NodeKind.Nonlocal:
      case NodeKind.Import:
      case NodeKind.ImportFrom:
      case NodeKind.Pass:
      case NodeKind.TypeAlias:
        return false;
      default:
        this.load(node);
        return false;
    }
  }

  private lastPath(before: number): number {
    const row = this.events.count - 1;
    return row >= before ? this.events.get(row, EventColumn.Path) : 0;
  }

  /** An expression whose value nobody uses. */
  private discarded(value: number): void {
    const before = this.events.count;
    this.load(value);
    const row = this.events.count - 1;
    // The last event may be that of an argument: of `tasks.append(submit(f))` with a list of the function's own.
    const isWhole = row >= before && this.events.get(row, EventColumn.End) === this.tree.ends[value];
    if (isWhole) this.addFlags(row, EventFlag.Discarded);
  }

  private addFlags(row: number, flags: number): void {
    this.events.data[row * EventColumn.Size + EventColumn.Flags]! |= flags;
  }

  protected override acquired(path: number, node: number): void {
    const { tree } = this;
    this.openRegion(RegionKind.Acquire, path, this.frame.index, tree.starts[node]!, tree.ends[node]!);
  }

  /** Evaluates a value to be written. */
  protected written(value: number): WrittenValue {
    const first = this.events.count;
    const { path, origin } = this.evaluate(value);
    const last = this.events.count;
    const { kind, name } = this.valueKind(value, last);
    return { kind, name, first, last, path, origin, node: value };
  }

  private valueKind(node: number, last: number): { kind: Value; name: number } {
    const { tree } = this;
    const simple = SIMPLE_VALUES[tree.kinds[node]! as NodeKind];
    if (simple !== undefined) {
      const isNamed = simple === Value.Path && tree.kinds[node] !== NodeKind.Subscript;
      const name = isNamed ? this.nameString(tree.nameId(node)) : 0;
      return { kind: simple, name };
    }
    switch (tree.kinds[node]) {
      case NodeKind.Constant:
        return { kind: CONSTANT_VALUES[tree.constantKind(node)] ?? Value.Number, name: 0 };
      case NodeKind.List:
        return { kind: tree.firstChild(node) === 0 ? Value.EmptyList : Value.List, name: 0 };
      case NodeKind.Dict:
        return { kind: tree.firstChild(node) === 0 ? Value.EmptyDict : Value.Dict, name: 0 };
      case NodeKind.UnaryOp:
        return { kind: Value.Number, name: 0 };
      case NodeKind.Call: {
        const callee = tree.firstChild(node);
        const name = this.calleeText(callee, last);
        const empty = tree.nextSibling(callee) === 0 ? EMPTY_CALLS[this.strings[name]!] : undefined;
        return { kind: empty ?? Value.Call, name };
      }
      case NodeKind.Await:
        return { kind: Value.Call, name: 0 };
      default:
        return { kind: Value.Expression, name: 0 };
    }
  }

  /** What a call is known by; its own event is the last one, if it has one. */
  private calleeText(callee: number, last: number): number {
    const { tree } = this;
    const end = tree.ends[callee]!;
    const row = last - 1;
    if (
      row > 0 &&
      this.events.get(row, EventColumn.Op) === Op.Call &&
      this.events.get(row, EventColumn.Start) <= tree.starts[callee]! &&
      this.events.get(row, EventColumn.End) >= end
    ) {
      return this.string(this.dotted(this.events.get(row, EventColumn.Path)));
    }
    const kind = tree.kinds[callee];
    return kind === NodeKind.Name || kind === NodeKind.Attribute ? this.nameString(tree.nameId(callee)) : 0;
  }

  private assign(node: number): void {
    const { tree } = this;
    const targets = tree.children(node);
    const value = targets.pop() ?? 0;
    const target = targets[0] ?? 0;
    if (targets.length === 1 && this.assignPairs(target, value)) return;
    const written = this.written(value);
    for (const each of targets) this.write(each, written);
  }

  /** `a, b = x, y`: each target has its own value, all evaluated first. */
  private assignPairs(target: number, value: number): boolean {
    const { tree } = this;
    if (tree.kinds[target] !== NodeKind.Tuple || tree.kinds[value] !== NodeKind.Tuple) return false;
    const targets = tree.children(target);
    const values = tree.children(value);
    if (targets.length !== values.length) return false;
    if ([...targets, ...values].some((each) => tree.kinds[each] === NodeKind.Starred)) return false;
    const written = values.map((each) => this.written(each));
    targets.forEach((each, index) => {
      this.write(each, written[index]!);
    });
    return true;
  }

  protected override bindUnknown(target: number): void {
    const none = { kind: Value.Unknown, name: 0, first: 0, last: 0, path: 0, origin: 0, node: 0 };
    this.write(target, none);
  }

  /** Records what an assignment to `target` writes. */
  protected write(target: number, value: WrittenValue): void {
    const { tree } = this;
    switch (tree.kinds[target]) {
      case NodeKind.Name: {
        const id = tree.nameId(target);
        if (this.isPlainLocal(id)) {
          if (value.path === 0 && value.origin === 0) this.frame.locals.delete(id);
          else this.frame.locals.set(id, { path: value.path, origin: value.origin });
          return;
        }
        this.frame.locals.delete(id);
        const path = this.namePath(id);
        if (path !== 0) this.recordWrite(Op.Write, path, target, 0, value);
        return;
      }
      case NodeKind.Attribute: {
        const path = this.target(target);
        if (path === 0) return;
        this.recordWrite(Op.Write, path, target, 0, value);
        this.published(value, path);
        return;
      }
      case NodeKind.Subscript: {
        const owner = tree.firstChild(target);
        const base = this.target(owner);
        const slice = tree.nextSibling(owner);
        const key = this.index(slice);
        if (base === 0) return;
        const row = this.recordWrite(Op.ItemWrite, base, target, key, value);
        if (tree.kinds[slice] === NodeKind.Slice) this.addFlags(row, EventFlag.Slice);
        this.published(value, this.element(base));
        return;
      }
      case NodeKind.Tuple:
      case NodeKind.List:
        this.depth++;
        if (this.depth < MAX_DEPTH) {
          const part = { ...value, kind: Value.Unknown, path: 0, node: 0 };
          for (const each of tree.children(target)) this.write(each, part);
        }
        this.depth--;
        return;
      case NodeKind.Starred:
        this.write(tree.firstChild(target), { ...value, kind: Value.Unknown, path: 0, node: 0 });
        return;
    }
  }

  /** `self.x = x`: from here on the local `x` is the shared object. */
  private published(value: WrittenValue, path: number): void {
    const { tree } = this;
    if (value.node === 0 || value.path !== 0 || tree.kinds[value.node] !== NodeKind.Name) return;
    const id = tree.nameId(value.node);
    if (!this.isPlainLocal(id)) return;
    this.frame.locals.set(id, { path, origin: this.frame.locals.get(id)?.origin ?? 0 });
  }

  private recordWrite(op: Op, path: number, target: number, key: number, value: WrittenValue): number {
    const flags = this.level | this.dependence(op, path, key, value);
    const row = this.record(op, flags, path, target);
    this.events.set(row, EventColumn.Key, key);
    this.events.set(row, EventColumn.Name, value.name);
    this.events.set(row, EventColumn.Detail, value.kind);
    this.events.set(row, EventColumn.Origin, value.origin);
    return row;
  }

  /** Whether a value was computed from what it replaces. */
  private dependence(op: Op, path: number, key: number, value: WrittenValue): number {
    const { data } = this.events;
    let flags = 0;
    for (let row = value.first; row < value.last; row++) {
      const at = row * EventColumn.Size;
      if (!this.readsThe(row, op, path, key)) continue;
      const kind = data[at + EventColumn.Op];
      const isPlain = kind === Op.Read || kind === Op.ItemRead || kind === Op.Method || kind === Op.Pass;
      if (value.node !== 0 && this.tree.kinds[value.node] === NodeKind.BoolOp && kind === Op.Test) {
        flags |= EventFlag.LazyOr;
      } else if (isPlain && (data[at + EventColumn.Flags]! & EventFlag.ViaLocal) === 0) {
        flags |= EventFlag.FromOldValue;
      }
    }
    if (flags === 0 && value.node !== 0) {
      const origin = this.staleOrigin(value.node, op, path, key, 0);
      if (origin !== 0) flags |= EventFlag.FromStaleLocal;
    }
    return flags;
  }

  /** True if an event reads the very thing that is to be written, or a part of it. */
  private readsThe(row: number, op: Op, path: number, key: number): boolean {
    const { events } = this;
    let read = events.get(row, EventColumn.Path);
    const kind = events.get(row, EventColumn.Op);
    if (op === Op.ItemWrite) {
      return (
        read === path &&
        (kind === Op.ItemRead || (kind === Op.Method && this.isGet(row))) &&
        events.get(row, EventColumn.Key) === key
      );
    }
    while (read !== path && this.pathKind(read) === RootKind.Attribute) {
      read = this.paths.get(read, PathColumn.Owner);
    }
    return read === path && path !== 0;
  }

  private isGet(row: number): boolean {
    const method = this.strings[this.events.get(row, EventColumn.Name)];
    return method === "get" || method === "setdefault" || method === "pop";
  }

  /** The read behind a local in an arithmetic value: `n = self.n` … `self.n = n + 1`. */
  private staleOrigin(node: number, op: Op, path: number, key: number, depth: number): number {
    const { tree } = this;
    if (depth > 4) return 0;
    if (tree.kinds[node] === NodeKind.Name && depth > 0) {
      const origin = this.frame.locals.get(tree.nameId(node))?.origin ?? 0;
      return origin !== 0 && this.readsThe(origin, op, path, key) ? origin : 0;
    }
    const kind = tree.kinds[node];
    if (kind !== NodeKind.BinOp && kind !== NodeKind.Call && depth === 0) return 0;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      const origin = this.staleOrigin(child, op, path, key, depth + 1);
      if (origin !== 0) return origin;
    }
    return 0;
  }

  private update(node: number): void {
    const { tree } = this;
    const target = tree.firstChild(node);
    const value = tree.nextSibling(target);
    if (tree.kinds[target] === NodeKind.Subscript) {
      const owner = tree.firstChild(target);
      const base = this.target(owner);
      const key = this.index(tree.nextSibling(owner));
      this.load(value);
      if (base === 0) return;
      const row = this.record(Op.ItemUpdate, this.level, base, node);
      this.events.set(row, EventColumn.Key, key);
      return;
    }
    const isName = tree.kinds[target] === NodeKind.Name;
    if (isName && this.isPlainLocal(tree.nameId(target))) {
      this.load(value);
      // `x = self.list` … `x += […]` changes the shared list in place, for all that is known.
      this.frame.locals.delete(tree.nameId(target));
      return;
    }
    const path = this.target(target);
    this.load(value);
    if (path === 0) return;
    const row = this.record(Op.Update, this.level, path, node);
    this.events.set(row, EventColumn.Detail, this.valueKind(value, this.events.count).kind);
  }

  private remove(target: number): void {
    const { tree } = this;
    if (tree.kinds[target] === NodeKind.Tuple || tree.kinds[target] === NodeKind.List) {
      for (const each of tree.children(target)) this.remove(each);
      return;
    }
    if (tree.kinds[target] === NodeKind.Subscript) {
      const owner = tree.firstChild(target);
      const base = this.target(owner);
      const slice = tree.nextSibling(owner);
      const key = this.index(slice);
      if (base === 0) return;
      const row = this.record(Op.ItemDelete, this.level, base, target);
      this.events.set(row, EventColumn.Key, key);
      if (tree.kinds[slice] === NodeKind.Slice) this.addFlags(row, EventFlag.Slice);
      return;
    }
    if (tree.kinds[target] === NodeKind.Name && this.isPlainLocal(tree.nameId(target))) {
      this.frame.locals.delete(tree.nameId(target));
      return;
    }
    const path = this.target(target);
    if (path !== 0) this.record(Op.Delete, this.level, path, target);
  }

  /** Walks a block of its own; true if its end is never reached. */
  private branch(kind: BlockKind, statement: number, block: number, first = 0, last = 0): boolean {
    const { tree } = this;
    const row = this.openBlock(kind, statement, tree.starts[block]!, tree.ends[block]!);
    this.blocks.set(row, BlockColumn.TestFirst, first);
    this.blocks.set(row, BlockColumn.TestLast, last);
    const leaves = this.statements(block);
    if (leaves) this.blocks.set(row, BlockColumn.Leaves, 1);
    this.closeBlock();
    return leaves;
  }

  private ifStatement(node: number): boolean {
    const { tree } = this;
    const test = tree.firstChild(node);
    const body = tree.nextSibling(test);
    const orelse = tree.nextSibling(body);
    const first = this.events.count;
    const unlocked = this.lockset;
    this.condition(test, false);
    const last = this.events.count;
    // `if lock.acquire(False):` holds the lock in one branch only.
    const locked = this.lockset;
    const isNegated = tree.kinds[test] === NodeKind.UnaryOp;
    this.lockset = isNegated ? unlocked : locked;
    const bodyLeaves = this.branch(BlockKind.Then, node, body, first, last);
    const afterBody = this.lockset;
    this.lockset = isNegated ? locked : unlocked;
    const elseLeaves = orelse !== 0 && this.branch(BlockKind.Else, node, orelse, first, last);
    if (elseLeaves) this.lockset = afterBody;
    else if (!bodyLeaves) this.lockset = this.commonLockset(afterBody, this.lockset);
    return bodyLeaves && elseLeaves;
  }

  private whileStatement(node: number): void {
    const { tree } = this;
    const test = tree.firstChild(node);
    const body = tree.nextSibling(test);
    const first = this.events.count;
    this.condition(test, false);
    const last = this.events.count;
    for (let row = first; row < last; row++) this.addFlags(row, EventFlag.LoopTest);
    const before = this.lockset;
    this.branch(BlockKind.While, node, body, first, last);
    this.lockset = this.commonLockset(before, this.lockset);
    const orelse = tree.nextSibling(body);
    if (orelse !== 0) this.branch(BlockKind.LoopElse, node, orelse);
  }

  private forStatement(node: number): void {
    const { tree } = this;
    const target = tree.firstChild(node);
    const iterable = tree.nextSibling(target);
    const body = tree.nextSibling(iterable);
    const first = this.events.count;
    this.iterate(iterable, 0);
    const last = this.events.count;
    this.bindUnknown(target);
    const before = this.lockset;
    this.branch(BlockKind.For, node, body, first, last);
    this.lockset = this.commonLockset(before, this.lockset);
    const orelse = tree.nextSibling(body);
    if (orelse !== 0) this.branch(BlockKind.LoopElse, node, orelse);
  }

  private withStatement(node: number): boolean {
    const { tree } = this;
    const isAsync = tree.kinds[node] === NodeKind.AsyncWith;
    const before = this.lockset;
    let leaves = false;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      if (tree.kinds[child] !== NodeKind.WithItem) {
        leaves = this.branch(BlockKind.With, node, child);
        continue;
      }
      const manager = tree.firstChild(child);
      const made = this.enter(manager, node, isAsync);
      const bound = tree.nextSibling(manager);
      if (bound !== 0) this.bindEntered(bound, made);
    }
    this.lockset = before;
    return leaves;
  }

  /** What `with f() as x` binds is mostly what `f` made. */
  private bindEntered(target: number, made: number): void {
    const isName = made !== 0 && this.tree.kinds[target] === NodeKind.Name;
    const kind = isName ? Value.Call : Value.Unknown;
    const name = isName ? this.string(this.dotted(this.events.get(made, EventColumn.Path))) : 0;
    this.write(target, { kind, name, first: 0, last: 0, path: 0, origin: made, node: 0 });
  }

  /** Gives the call that made the context manager, or 0. */
  private enter(manager: number, node: number, isAsync: boolean): number {
    const { tree } = this;
    const first = this.events.count;
    const isCall = tree.kinds[manager] === NodeKind.Call;
    let path = this.target(manager);
    const row = this.events.count - 1;
    if (isCall && path === 0 && row >= first) path = this.events.get(row, EventColumn.Path);
    if (row >= first && isCall) this.addFlags(row, EventFlag.Entered);
    if (path === 0) {
      // A lock in a local: the event says where it was made.
      const held =
        tree.kinds[manager] === NodeKind.Name ? this.frame.locals.get(tree.nameId(manager)) : undefined;
      if (held !== undefined && held.origin !== 0)
        this.addFlags(this.record(Op.Read, 0, 0, manager), EventFlag.Entered);
      return 0;
    }
    let kind = isAsync ? RegionKind.AsyncWith : RegionKind.With;
    if (isCall) kind = RegionKind.Call;
    else this.addFlags(this.record(Op.Read, 0, path, manager), EventFlag.Entered);
    this.openRegion(kind, path, this.frame.index, tree.starts[manager]!, tree.ends[node]!);
    return isCall && row >= first && this.events.get(row, EventColumn.Op) === Op.Call ? row : 0;
  }

  private tryStatement(node: number): boolean {
    const { tree } = this;
    const before = this.lockset;
    let leaves = false;
    let handlersLeave = true;
    let after = before;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      switch (tree.kinds[child]) {
        case NodeKind.Block:
          leaves = this.branch(BlockKind.Try, node, child);
          after = this.lockset;
          break;
        case NodeKind.ExceptHandler: {
          this.lockset = before;
          const handlerLeaves = this.handler(node, child);
          if (!handlerLeaves) after = leaves ? this.lockset : this.commonLockset(after, this.lockset);
          handlersLeave &&= handlerLeaves;
          break;
        }
        case NodeKind.Else:
          this.lockset = after;
          leaves = this.branch(BlockKind.TryElse, node, child) || leaves;
          after = this.lockset;
          break;
        case NodeKind.Finally:
          this.lockset = after;
          if (this.branch(BlockKind.Finally, node, child)) leaves = true;
          after = this.lockset;
          break;
      }
    }
    this.lockset = after;
    return leaves && handlersLeave;
  }

  private handler(statement: number, node: number): boolean {
    const { tree } = this;
    let names = "*";
    let leaves = false;
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      if (tree.kinds[child] !== NodeKind.Block) {
        names = this.exceptionNames(child);
        continue;
      }
      leaves = this.branch(BlockKind.Handler, statement, child);
      // The handler's block is the last one whose parent is open now and that belongs to the statement.
      this.blocks.set(this.lastBlockOf(statement), BlockColumn.Names, this.string(names));
    }
    return leaves;
  }

  private lastBlockOf(statement: number): number {
    let row = this.blocks.count - 1;
    while (row > 0 && this.blocks.get(row, BlockColumn.Statement) !== statement) row--;
    return row;
  }

  private exceptionNames(node: number): string {
    const { tree } = this;
    if (tree.kinds[node] === NodeKind.Tuple) {
      return tree
        .children(node)
        .map((each) => tree.name(each))
        .join(",");
    }
    return tree.name(node) || "?";
  }

  private matchStatement(node: number): void {
    const { tree } = this;
    const subject = tree.firstChild(node);
    this.load(subject);
    const before = this.lockset;
    for (let each = tree.nextSibling(subject); each !== 0; each = tree.nextSibling(each)) {
      const block = tree.lastChild(each);
      if (tree.kinds[block] !== NodeKind.Block) continue;
      this.lockset = before;
      this.branch(BlockKind.Case, node, block);
    }
    this.lockset = before;
  }
}

const CONSTANT_VALUES: Partial<Record<ConstantKind, Value>> = {
  [ConstantKind.None]: Value.None,
  [ConstantKind.False]: Value.False,
  [ConstantKind.True]: Value.True,
  [ConstantKind.Str]: Value.Text,
  [ConstantKind.Bytes]: Value.Text,
};
