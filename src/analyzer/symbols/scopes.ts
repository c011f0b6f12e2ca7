/**
 * Which scope binds which name: one pass over a tree before its functions are summarised.
 * Comprehensions count as part of the scope around them: their variables are never shared.
 */
import { LAZY_IMPORT, NodeKind, type SyntaxTree } from "../syntax/index.js";

export type ScopeKind = "module" | "class" | "function";

/** How a name came into a scope. */
export enum Binding {
  Value = 1,
  Parameter = 2,
  Import = 4,
  Function = 8,
  Class = 16,
}

export class Scope {
  /** How each name is bound, by name id; bits of {@link Binding}. */
  readonly bound = new Map<number, number>();
  /** Names declared `global` and `nonlocal`. */
  globals: Set<number> | undefined;
  nonlocals: Set<number> | undefined;
  /** Names of a nested function that it may take from a function around it. */
  used: Set<number> | undefined;
  /** Locals that functions inside use too. */
  captured: Set<number> | undefined;
  /** Dotted names of imports by name id. */
  imports: Map<number, string> | undefined;
  /** True if a `yield` stands in it. */
  yields = false;

  constructor(
    readonly kind: ScopeKind,
    readonly node: number,
    readonly parent: Scope | undefined,
  ) {}

  bind(name: number, binding: Binding): void {
    if (name !== 0) this.bound.set(name, (this.bound.get(name) ?? 0) | binding);
  }
}

/** Deeper nesting is not looked into: no person wrote it. */
export const MAX_DEPTH = 700;

/** The scopes of a tree, by the node that opens each: Module, FunctionDef, AsyncFunctionDef, Lambda, ClassDef. */
export function bindScopes(tree: SyntaxTree): Map<number, Scope> {
  const scopes = new Map<number, Scope>();
  const module = new Scope("module", tree.root, undefined);
  scopes.set(tree.root, module);
  visitChildren(tree.root, module, 0);
  for (const scope of scopes.values()) markCaptures(scope);
  return scopes;

  function visitChildren(node: number, scope: Scope, depth: number): void {
    if (depth > MAX_DEPTH) return;
    const { firstChildren, nextSiblings } = tree;
    for (let child = firstChildren[node]!; child !== 0; child = nextSiblings[child]!)
      visit(child, scope, depth + 1);
  }

  function open(kind: ScopeKind, node: number, parent: Scope, depth: number): void {
    const scope = new Scope(kind, node, parent);
    scopes.set(node, scope);
    if (parent.kind === "function" || parent.parent !== undefined) scope.used = new Set();
    visitChildren(node, scope, depth);
  }

  function visit(node: number, scope: Scope, depth: number): void {
    switch (tree.kinds[node]) {
      case NodeKind.Name:
        if (tree.context(node) !== 0) scope.bind(tree.nameId(node), 1);
        else scope.used?.add(tree.nameId(node));
        return;
      case NodeKind.Constant:
        return;
      case NodeKind.FunctionDef:
      case NodeKind.AsyncFunctionDef:
        scope.bind(tree.nameId(node), Binding.Function);
        open("function", node, scope, depth);
        return;
      case NodeKind.Lambda:
        open("function", node, scope, depth);
        return;
      case NodeKind.ClassDef:
        scope.bind(tree.nameId(node), Binding.Class);
        open("class", node, scope, depth);
        return;
      case NodeKind.PositionalOnlyArg:
      case NodeKind.Arg:
      case NodeKind.VariadicArg:
      case NodeKind.KeywordOnlyArg:
      case NodeKind.KeywordsArg:
        scope.bind(tree.nameId(node), Binding.Parameter);
        return;
      case NodeKind.Global:
        for (const name of tree.children(node)) {
          scope.globals ??= new Set();
          scope.globals.add(tree.nameId(name));
          module.bind(tree.nameId(name), Binding.Value);
        }
        return;
      case NodeKind.Nonlocal:
        for (const name of tree.children(node)) {
          scope.nonlocals ??= new Set();
          scope.nonlocals.add(tree.nameId(name));
          scope.used?.add(tree.nameId(name));
        }
        return;
      case NodeKind.Import:
      case NodeKind.ImportFrom:
        bindImports(node, scope);
        return;
      case NodeKind.Yield:
      case NodeKind.YieldFrom:
        scope.yields = true;
        break;
      case NodeKind.ExceptHandler:
      case NodeKind.MatchAs:
      case NodeKind.MatchStar:
      case NodeKind.MatchMapping:
        scope.bind(tree.data[node]!, Binding.Value);
        break;
    }
    visitChildren(node, scope, depth);
  }

  function bindImports(node: number, scope: Scope): void {
    const from = tree.kinds[node] === NodeKind.ImportFrom;
    let prefix = "";
    for (let child = tree.firstChild(node); child !== 0; child = tree.nextSibling(child)) {
      if (tree.kinds[child] === NodeKind.ModuleName) {
        prefix = ".".repeat(tree.data[node]! & ~LAZY_IMPORT) + tree.name(child);
        continue;
      }
      const dotted = tree.name(child);
      if (dotted === "*" || dotted === "") continue;
      const alias = tree.firstChild(child);
      let id = tree.nameId(alias === 0 ? child : alias);
      let target = dotted;
      if (from) target = prefix === "" || prefix.endsWith(".") ? prefix + dotted : `${prefix}.${dotted}`;
      else if (alias === 0 && dotted.includes(".")) {
        target = dotted.slice(0, dotted.indexOf("."));
        id = nameIdOf(target);
      }
      scope.bind(id, Binding.Import);
      scope.imports ??= new Map();
      scope.imports.set(id, target);
    }
  }

  /** The id of a name by its text: `import a.b` binds `a`, which may stand nowhere else as a name. */
  function nameIdOf(text: string): number {
    for (let id = 1; id <= tree.nameCount; id++) if (tree.nameText(id) === text) return id;
    return 0;
  }
}

function markCaptures(scope: Scope): void {
  if (scope.used === undefined) return;
  for (const name of scope.used) {
    if (scope.bound.has(name) && !scope.nonlocals?.has(name)) continue;
    if (scope.globals?.has(name)) continue;
    for (let outer = scope.parent; outer !== undefined; outer = outer.parent) {
      if (outer.kind === "module") break;
      if (outer.kind === "function" && outer.bound.has(name)) {
        outer.captured ??= new Set();
        outer.captured.add(name);
        break;
      }
    }
  }
}
