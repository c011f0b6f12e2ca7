/**
 * The names that a module binds at its top level, `if`, `try` and `with` looked into. Where branches bind the same
 * name, the first branch counts (`else:` and `except ImportError:` hold what replaces it); in a row, the last one.
 */
import { classParts, functionParts, LAZY_IMPORT, NodeKind } from "../../analyzer/index.js";
import type { PythonSource } from "./python-source.js";

/** What a name stands for. */
export type Binding =
  | { readonly kind: "function"; readonly node: number; readonly overloads: readonly number[] }
  | { readonly kind: "class"; readonly node: number }
  | { readonly kind: "assignment"; readonly annotation: number; readonly value: number }
  | { readonly kind: "alias"; readonly node: number }
  /** `import module`, or `from module import member`. */
  | {
      readonly kind: "import";
      readonly level: number;
      readonly module: string;
      readonly member: string | undefined;
      /** Written `import x as x`, which says that the module hands it on (PEP 484). */
      readonly isReExport: boolean;
    };

const IMPORT_LEVEL_MASK = LAZY_IMPORT - 1;

export class ModuleScope {
  readonly symbols = new Map<string, Binding>();
  /** Modules of `from module import *`. */
  readonly stars: { readonly level: number; readonly module: string }[] = [];
  /** What `__all__` says; undefined where it is missing or not a plain list of texts. */
  readonly all: readonly string[] | undefined;
  #all: string[] | undefined;
  #overloads = new Map<string, number[]>();

  constructor(readonly source: PythonSource) {
    this.#statements(source.tree.root, false);
    this.all = this.#all;
  }

  get file(): string {
    return this.source.file;
  }

  #statements(block: number, onlyNew: boolean): void {
    const { tree } = this.source;
    for (const statement of tree.children(block)) this.#statement(statement, onlyNew);
  }

  #bind(name: string, symbol: Binding, onlyNew: boolean): void {
    if (!onlyNew || !this.symbols.has(name)) this.symbols.set(name, symbol);
  }

  #statement(node: number, onlyNew: boolean): void {
    const { tree } = this.source;
    switch (tree.kind(node)) {
      case NodeKind.FunctionDef:
      case NodeKind.AsyncFunctionDef:
        return this.#function(node, onlyNew);
      case NodeKind.ClassDef:
        return this.#bind(tree.name(node), { kind: "class", node }, onlyNew);
      case NodeKind.TypeAlias:
        return this.#bind(tree.name(tree.firstChild(node)), { kind: "alias", node }, onlyNew);
      case NodeKind.Import:
      case NodeKind.ImportFrom:
        return this.#import(node, onlyNew);
      case NodeKind.Assign:
      case NodeKind.AnnAssign:
      case NodeKind.AugAssign:
      case NodeKind.Expr:
        return this.#assignment(node, onlyNew);
      case NodeKind.If:
      case NodeKind.Try:
      case NodeKind.TryStar:
      case NodeKind.With:
        return this.#branches(node, onlyNew);
      default:
    }
  }

  #branches(node: number, onlyNew: boolean): void {
    const { tree } = this.source;
    for (const child of tree.children(node)) {
      const kind = tree.kind(child);
      if (kind === NodeKind.Block || kind === NodeKind.Finally) this.#statements(child, onlyNew);
      else if (kind === NodeKind.Else) this.#statements(child, true);
      else if (kind === NodeKind.ExceptHandler) this.#statements(tree.lastChild(child), true);
    }
  }

  #function(node: number, onlyNew: boolean): void {
    const { tree } = this.source;
    const name = tree.name(node);
    const overloads = this.#overloads.get(name) ?? [];
    if (isOverload(this.source, node)) {
      this.#overloads.set(name, [...overloads, node]);
      return this.#bind(name, { kind: "function", node, overloads: [...overloads, node] }, onlyNew);
    }
    this.#bind(name, { kind: "function", node, overloads }, onlyNew);
  }

  #import(node: number, onlyNew: boolean): void {
    const { tree } = this.source;
    const isFrom = tree.kind(node) === NodeKind.ImportFrom;
    const [first, ...rest] = tree.children(node);
    const level = isFrom ? tree.data[node]! & IMPORT_LEVEL_MASK : 0;
    const module = isFrom && first !== undefined ? tree.name(first) : "";
    for (const alias of isFrom ? rest : tree.children(node)) {
      const imported = tree.name(alias);
      const renamed = tree.firstChild(alias) === 0 ? undefined : tree.name(tree.firstChild(alias));
      if (isFrom && imported === "*") this.stars.push({ level, module });
      else if (isFrom) {
        const symbol = { kind: "import", level, module, member: imported } as const;
        this.#bind(renamed ?? imported, { ...symbol, isReExport: renamed === imported }, onlyNew);
      } else {
        // `import a.b` binds `a`, and `import a.b as c` binds `c` to `a.b`.
        const [top = imported] = imported.split(".");
        const symbol = { kind: "import", level, module: renamed === undefined ? top : imported } as const;
        this.#bind(
          renamed ?? top,
          { ...symbol, member: undefined, isReExport: renamed === imported },
          onlyNew,
        );
      }
    }
  }

  #assignment(node: number, onlyNew: boolean): void {
    const { tree } = this.source;
    const children = tree.children(node);
    const kind = tree.kind(node);
    if (kind === NodeKind.Assign) {
      const value = children.at(-1) ?? 0;
      for (const target of children.slice(0, -1)) this.#target(target, 0, value, onlyNew);
    } else if (kind === NodeKind.AnnAssign) {
      const [target = 0, annotation = 0, value = 0] = children;
      this.#target(target, annotation, value, onlyNew);
    } else if (kind === NodeKind.AugAssign) {
      const [target = 0, value = 0] = children;
      if (tree.name(target) === "__all__") this.#extendAll(value);
    } else {
      this.#allMethod(children[0] ?? 0);
    }
  }

  #target(target: number, annotation: number, value: number, onlyNew: boolean): void {
    const { tree } = this.source;
    if (tree.kind(target) !== NodeKind.Name) return;
    const name = tree.name(target);
    if (name === "__all__") {
      this.#all = [];
      this.#extendAll(value);
    } else {
      this.#bind(name, { kind: "assignment", annotation, value }, onlyNew);
    }
  }

  /** `__all__.extend([…])`, `__all__.append("…")`. */
  #allMethod(call: number): void {
    const { source } = this;
    if (source.tree.kind(call) !== NodeKind.Call) return;
    const [method = 0, argument = 0] = source.tree.children(call);
    if (source.dotted(method)?.[0] === "__all__") this.#extendAll(argument);
  }

  #extendAll(value: number): void {
    if (this.#all === undefined) return;
    const names = this.source.elements(value).map((element) => this.source.string(element));
    if (names.every((name) => name !== undefined)) this.#all.push(...names);
    else this.#all = undefined;
  }
}

/** `@overload`, under any name it was imported by. */
function isOverload(source: PythonSource, node: number): boolean {
  return functionParts(source.tree, node).decorators.some(
    (decorator) => source.dotted(decorator)?.at(-1) === "overload",
  );
}

/** Names that the body of a class binds to functions, assignments and classes, in the order of the source. */
export function classStatements(source: PythonSource, node: number): number[] {
  const { tree } = source;
  const found: number[] = [];
  const look = (block: number): void => {
    for (const statement of tree.children(block)) {
      const kind = tree.kind(statement);
      if (kind === NodeKind.If || kind === NodeKind.Try)
        for (const child of tree.children(statement)) if (tree.kind(child) === NodeKind.Block) look(child);
      found.push(statement);
    }
  };
  look(classParts(tree, node).body);
  return found;
}
