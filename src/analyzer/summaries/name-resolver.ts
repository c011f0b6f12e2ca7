/** Names of a function to paths: where the object that a name means is kept. */
import { Binding, type Scope } from "../symbols/index.js";
import type { SyntaxTree } from "../syntax/index.js";
import { Recorder } from "./recorder.js";
import { FunctionFlag, PathColumn, RootKind } from "./summary.js";

/** What a local holds, as far as it matters. */
export interface LocalValue {
  /** The path whose object it is, or 0. */
  readonly path: number;
  /** The event that it was read by, or 0. */
  readonly origin: number;
}

/** A function while it is walked; also a module or a class body. */
export interface Frame {
  readonly scope: Scope;
  /** Its number. */
  readonly index: number;
  /** The class that `self` or `cls` stands for, or -1. */
  readonly receiverClass: number;
  /** Name id of the first parameter of a method, or 0. */
  readonly receiver: number;
  readonly flags: number;
  readonly enclosing: Frame | undefined;
  readonly locals: Map<number, LocalValue>;
}

export class NameResolver extends Recorder {
  protected frame!: Frame;
  /** Functions and classes of each scope by name id, known before they are walked. */
  protected readonly functionOfNode = new Map<number, number>();

  constructor(
    tree: SyntaxTree,
    bytes: Uint8Array,
    protected readonly scopes: ReadonlyMap<number, Scope>,
  ) {
    super(tree, bytes);
  }

  /** The path of a name where the walk stands, or 0 for a local that nothing else sees. */
  protected namePath(nameId: number): number {
    const { frame } = this;
    const local = frame.locals.get(nameId);
    if (local !== undefined) return local.path;
    for (let current: Frame | undefined = frame; current !== undefined; current = current.enclosing) {
      const { scope } = current;
      if (scope.kind === "class" && current !== frame) continue;
      if (scope.globals?.has(nameId)) return this.globalPath(nameId);
      const binding = scope.bound.get(nameId);
      if (binding === undefined || scope.nonlocals?.has(nameId)) continue;
      return this.boundPath(current, nameId, binding);
    }
    return this.path(RootKind.Builtin, 0, this.nameString(nameId));
  }

  /** True if a name is a local of the function being walked that nothing else sees. */
  protected isPlainLocal(nameId: number): boolean {
    const { scope } = this.frame;
    return (
      scope.kind === "function" &&
      scope.bound.has(nameId) &&
      !scope.globals?.has(nameId) &&
      !scope.nonlocals?.has(nameId) &&
      !scope.captured?.has(nameId)
    );
  }

  private boundPath(frame: Frame, nameId: number, binding: number): number {
    const { scope } = frame;
    if (nameId === frame.receiver && frame.receiverClass >= 0) {
      const isClass = (frame.flags & FunctionFlag.ClassMethod) !== 0;
      return this.path(isClass ? RootKind.Class : RootKind.Self, frame.receiverClass, 0);
    }
    if ((binding & Binding.Import) !== 0) {
      const dotted = scope.imports?.get(nameId);
      if (dotted !== undefined) return this.path(RootKind.Import, 0, this.string(dotted));
    }
    if (scope.kind === "module") return this.globalPath(nameId);
    const name = this.nameString(nameId);
    if (scope.kind === "class") {
      return this.path(RootKind.Attribute, this.path(RootKind.Class, frame.receiverClass, 0), name);
    }
    if (scope.captured?.has(nameId)) {
      const kind = (binding & Binding.Function) !== 0 ? RootKind.Local : RootKind.Cell;
      return this.path(kind, frame.index, name);
    }
    if ((binding & Binding.Function) !== 0) return this.path(RootKind.Local, frame.index, name);
    if (binding === Binding.Parameter && frame === this.frame) {
      return this.path(RootKind.Parameter, frame.index, name);
    }
    return 0;
  }

  private globalPath(nameId: number): number {
    const module = this.scopes.get(this.tree.root);
    const dotted = module?.imports?.get(nameId);
    if (dotted !== undefined) return this.path(RootKind.Import, 0, this.string(dotted));
    return this.path(RootKind.Global, 0, this.nameString(nameId));
  }

  /** A path as a dotted text: what a call is known by. */
  protected dotted(path: number): string {
    if (path === 0) return "";
    const owner = this.paths.get(path, PathColumn.Owner);
    const name = this.strings[this.paths.get(path, PathColumn.Name)]!;
    switch (this.pathKind(path)) {
      case RootKind.Attribute: {
        const before = this.dotted(owner);
        return before === "" ? name : `${before}.${name}`;
      }
      case RootKind.Element:
        return `${this.dotted(owner)}[]`;
      case RootKind.Self:
        return "self";
      case RootKind.Class:
        return "cls";
      default:
        return name;
    }
  }
}
