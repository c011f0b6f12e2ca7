/** Functions and classes of a file, each walked once, one after the other so that its events stand together. */
import type { Scope } from "../symbols/index.js";
import { classParts, docstringOf, type FunctionParts, functionParts, NodeKind } from "../syntax/index.js";
import type { Frame } from "./name-resolver.js";
import { GIL_REMARK } from "./observed.js";
import { StatementWalker } from "./statement-walker.js";
import { BlockKind, type ClassSummary, FunctionFlag, type FunctionSummary, RootKind } from "./summary.js";

const CALLER_HOLDS =
  /(?:lock|mutex)\S*\s+(?:must|should|has to|needs to|is|are|already)\b[^.]{0,40}\b(?:held|acquired|taken|locked)|(?:hold|holds|holding|acquired|acquire|has|owns)\s+(?:\w+\s+){0,3}\S*(?:lock|mutex)|called\s+(?:only\s+)?(?:with|under)\s+[^.]{0,40}lock/i;
const LOCKED_NAME = /_(?:un)?locked$|_with_lock(?:_held)?$|_lock_held$|_holding_lock$/;
const SELF = /^_?_?self_?$/;
const THREADS = /thread|concurren|race condition/i;

interface Pending {
  readonly node: number;
  readonly index: number;
  readonly frame: Frame;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Summariser extends StatementWalker {
  readonly functions: Mutable<FunctionSummary>[] = [];
  readonly classes: Mutable<ClassSummary>[] = [];
  private readonly queue: Pending[] = [];

  /** Walks the whole file. */
  run(): void {
    const { tree } = this;
    const scope = this.scopes.get(tree.root)!;
    this.functions.push({
      name: this.string("<module>"),
      owner: -1,
      parent: -1,
      flags: 0,
      start: 0,
      nameEnd: 0,
      end: tree.ends[tree.root]!,
      parameters: [],
      decorators: [],
      firstEvent: 1,
      lastEvent: 1,
    });
    this.frame = this.newFrame(scope, 0, -1, 0, 0, undefined);
    this.walkBody(0, tree.root);
    // It grows meanwhile. Not shift(), which moves all that is left: ten megabytes of functions took half a minute.
    for (const next of this.queue) {
      this.frame = next.frame;
      this.walkFunction(next);
    }
  }

  private newFrame(
    scope: Scope,
    index: number,
    receiverClass: number,
    receiver: number,
    flags: number,
    enclosing: Frame | undefined,
  ): Frame {
    return { scope, index, receiverClass, receiver, flags, enclosing, locals: new Map() };
  }

  private walkBody(index: number, body: number): void {
    const { tree } = this;
    const own = this.functions[index]!;
    own.firstEvent = this.events.count;
    this.lockset = 0;
    this.block = 0;
    this.depth = 0;
    this.openBlock(BlockKind.Body, body, tree.starts[body]!, tree.ends[body]!);
    this.statements(body);
    this.block = 0;
    own.lastEvent = this.events.count;
  }

  private walkFunction({ node, index }: Pending): void {
    const { tree } = this;
    if (tree.kinds[node] !== NodeKind.Lambda) {
      this.walkBody(index, functionParts(tree, node).body);
      return;
    }
    const own = this.functions[index]!;
    own.firstEvent = this.events.count;
    this.lockset = 0;
    this.block = 0;
    this.depth = 0;
    this.openBlock(BlockKind.Body, node, tree.starts[node]!, tree.ends[node]!);
    this.load(tree.lastChild(node));
    this.block = 0;
    own.lastEvent = this.events.count;
  }

  protected override deferLambda(node: number): number {
    const { tree, frame } = this;
    const index = this.functions.length;
    const start = tree.starts[node]!;
    this.functions.push({
      name: this.string("<lambda>"),
      owner: -1,
      parent: frame.index,
      flags: FunctionFlag.Lambda,
      start,
      nameEnd: start + "lambda".length,
      end: tree.ends[node]!,
      parameters: [],
      decorators: [],
      firstEvent: 1,
      lastEvent: 1,
    });
    const scope = this.scopes.get(node);
    if (scope !== undefined) {
      this.queue.push({ node, index, frame: this.newFrame(scope, index, -1, 0, 0, frame) });
    }
    return index;
  }

  protected override inlineLambda(node: number): void {
    const scope = this.scopes.get(node);
    if (scope === undefined) return;
    const outer = this.frame;
    this.frame = this.newFrame(scope, outer.index, -1, 0, 0, outer);
    this.load(this.tree.lastChild(node));
    this.frame = outer;
  }

  protected override defineFunction(node: number): void {
    const { tree, frame } = this;
    const parts = functionParts(tree, node);
    const scope = this.scopes.get(node);
    const decorators: number[] = [];
    for (const decorator of parts.decorators) decorators.push(this.decorator(decorator));
    for (const parameter of parts.parameters) this.load(parameter.defaultValue);
    if (scope === undefined) return;
    const index = this.functions.length;
    const name = tree.name(node);
    const isMethod = frame.scope.kind === "class";
    const flags = this.functionFlags(node, name, parts, decorators, scope, isMethod);
    this.functions.push({
      name: this.string(name),
      owner: isMethod ? frame.receiverClass : -1,
      parent: frame.index,
      flags,
      start: tree.starts[node]!,
      nameEnd: this.headerEnd(node, name),
      end: tree.ends[node]!,
      parameters: parts.parameters.map((parameter) => this.string(parameter.name)),
      decorators,
      firstEvent: 1,
      lastEvent: 1,
    });
    const first = parts.parameters[0];
    const hasReceiver =
      isMethod && (flags & FunctionFlag.StaticMethod) === 0 && first?.kind.startsWith("positional") === true;
    let receiver = hasReceiver ? tree.nameId(first.node) : 0;
    let receiverClass = isMethod ? frame.receiverClass : -1;
    if (!isMethod && first !== undefined && SELF.test(first.name)) {
      // A method that is made inside another function of the class.
      for (
        let outer: Frame | undefined = frame;
        outer !== undefined && receiver === 0;
        outer = outer.enclosing
      ) {
        if (outer.scope.kind !== "class") continue;
        receiver = tree.nameId(first.node);
        receiverClass = outer.receiverClass;
      }
    }
    const own = this.newFrame(scope, index, receiverClass, receiver, flags, frame);
    for (const parameter of parts.parameters) {
      // `def f(cache=_cache)`: the parameter is the module's object unless a caller says otherwise.
      if (parameter.defaultValue === 0 || tree.kinds[parameter.defaultValue] !== NodeKind.Name) continue;
      const path = this.namePath(tree.nameId(parameter.defaultValue));
      if (path !== 0 && this.pathKind(path) === RootKind.Global) {
        own.locals.set(tree.nameId(parameter.node), { path, origin: 0 });
      }
    }
    this.queue.push({ node, index, frame: own });
  }

  private decorator(node: number): number {
    const { tree } = this;
    if (tree.kinds[node] !== NodeKind.Call) return this.target(node);
    const before = this.events.count;
    this.load(node);
    return this.events.count > before ? this.events.get(this.events.count - 1, 2) : 0;
  }

  private headerEnd(node: number, name: string): number {
    const { tree, bytes } = this;
    let at = tree.starts[node]!;
    // `async def name`, `class name`: the first occurrence behind a blank is the name itself.
    const wanted = Buffer.from(name);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(wanted, at + 4);
    if (found !== -1 && found < tree.ends[node]!) at = found + wanted.length;
    return at;
  }

  private functionFlags(
    node: number,
    name: string,
    parts: FunctionParts,
    decorators: readonly number[],
    scope: Scope,
    isMethod: boolean,
  ): number {
    const { tree } = this;
    let flags = 0;
    if (tree.kinds[node] === NodeKind.AsyncFunctionDef) flags |= FunctionFlag.Async;
    if (scope.yields) flags |= FunctionFlag.Generator;
    for (const path of decorators) flags |= this.decoratorFlags(path);
    if (isMethod && (name === "__new__" || name === "__init_subclass__" || name === "__class_getitem__")) {
      flags |= FunctionFlag.ClassMethod;
    }
    if (LOCKED_NAME.test(name)) flags |= FunctionFlag.CallerHolds;
    const docstring = docstringOf(tree, this.bytes, parts.body);
    if (docstring !== undefined) flags |= this.docstringFlags(docstring);
    flags |= this.commentFlags(node, parts.body);
    return flags;
  }

  private docstringFlags(text: string): number {
    let flags = 0;
    if (CALLER_HOLDS.test(text)) flags |= FunctionFlag.CallerHolds;
    if (THREADS.test(text)) flags |= FunctionFlag.MentionsThreads;
    if (GIL_REMARK.test(text)) flags |= FunctionFlag.ReliesOnGil;
    return flags;
  }

  /** Comments at the head of a function say it as often as docstrings do. */
  private commentFlags(node: number, body: number): number {
    const { tree, bytes } = this;
    const { comments } = tree;
    const from = tree.starts[node]!;
    const statement = tree.firstChild(body);
    let to = statement === 0 ? tree.ends[node]! : tree.starts[statement]!;
    const second = statement === 0 ? 0 : tree.nextSibling(statement);
    if (second !== 0) to = tree.starts[second]!;
    let low = 0;
    let high = comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comments[middle]! < from) low = middle + 1;
      else high = middle;
    }
    if (low >= comments.length || comments[low]! >= to) return 0;
    const text = Buffer.from(bytes.subarray(comments[low]!, to)).toString("latin1").replaceAll("#", " ");
    return CALLER_HOLDS.test(text.replaceAll(/\s+/g, " ")) ? FunctionFlag.CallerHolds : 0;
  }

  private decoratorFlags(path: number): number {
    const name = this.dotted(path);
    switch (name.slice(name.lastIndexOf(".") + 1)) {
      case "property":
      case "abstractproperty":
        return FunctionFlag.Property;
      case "cached_property":
        return FunctionFlag.Property | FunctionFlag.CachedProperty;
      case "classmethod":
        return FunctionFlag.ClassMethod;
      case "staticmethod":
        return FunctionFlag.StaticMethod;
      case "contextmanager":
      case "asynccontextmanager":
        return FunctionFlag.ContextManager;
      case "lru_cache":
      case "cache":
        return FunctionFlag.Cached;
      case "overload":
        return FunctionFlag.Overload;
      case "setter":
      case "getter":
      case "deleter":
        return 0;
    }
    return 0;
  }

  protected override defineClass(node: number): void {
    const { tree, frame } = this;
    const parts = classParts(tree, node);
    for (const decorator of parts.decorators) this.load(decorator);
    const bases = parts.bases.map((base) =>
      tree.kinds[base] === NodeKind.Subscript ? this.target(tree.firstChild(base)) : this.target(base),
    );
    for (const keyword of parts.keywords) this.load(tree.firstChild(keyword));
    const scope = this.scopes.get(node);
    if (scope === undefined) return;
    const index = this.classes.length;
    const name = tree.name(node);
    this.classes.push({
      name: this.string(name),
      parent: frame.index,
      owner: frame.scope.kind === "class" ? frame.receiverClass : -1,
      bases,
      start: tree.starts[node]!,
      nameEnd: this.headerEnd(node, name),
      end: tree.ends[node]!,
      mentionsThreads: THREADS.test(docstringOf(tree, this.bytes, parts.body) ?? ""),
    });
    const outer = this.frame;
    this.frame = this.newFrame(scope, outer.index, index, 0, 0, outer);
    this.statements(parts.body);
    this.frame = outer;
  }
}

/** Docstrings that speak of threads. */
export function mentionsThreads(text: string | undefined): boolean {
  return text !== undefined && THREADS.test(text);
}
