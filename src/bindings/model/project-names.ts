/** Finds the class, alias or type variable behind a name of the project; each is read once. */
import { classParts, docstringOf, NodeKind } from "../../analyzer/index.js";
import { UNKNOWN } from "../hints/build-type.js";
import { canonicalName } from "../hints/external-types.js";
import type { HintContext, Names } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import type { Binding, ModuleScope } from "../source/module-scope.js";
import type { Project } from "../source/project.js";
import { readCalledType } from "./called-types.js";
import { Declaration, type PythonType, type TypeVariable } from "./python-model.js";
import { readClass } from "./read-class.js";
import { bracketVariables, calledVariable, variablesIn } from "./type-variables.js";

export class ProjectNames implements Names {
  readonly #declarations = new Map<string, Declaration | undefined>();
  readonly #variables = new Map<string, TypeVariable | undefined>();

  constructor(readonly project: Project) {}

  /** The context of hints at a module's top level. */
  context(module: ModuleScope): HintContext {
    return { project: this.project, names: this, module, variables: new Map(), self: undefined };
  }

  declared(module: ModuleScope, name: string, args: readonly PythonType[]): PythonType | undefined {
    const declaration = this.declaration(module, name);
    if (declaration === undefined) return undefined;
    const given = declaration.typeParameters.map((variable, at) => args[at] ?? variable.fallback ?? UNKNOWN);
    return { kind: "declared", declaration, args: given };
  }

  variable(module: ModuleScope, name: string): TypeVariable | undefined {
    const key = `${module.file}:${name}`;
    if (this.#variables.has(key)) return this.#variables.get(key);
    this.#variables.set(key, undefined);
    const symbol = module.symbols.get(name);
    const { source } = module;
    let variable: TypeVariable | undefined;
    if (symbol?.kind === "assignment" && source.tree.kind(symbol.value) === NodeKind.Call) {
      const callee = this.#callee(module, symbol.value);
      variable = calledVariable(name, symbol.value, callee, "function", this.context(module));
    }
    this.#variables.set(key, variable);
    return variable;
  }

  /** The class or alias that a module binds to a name; undefined for anything else. */
  declaration(module: ModuleScope, name: string): Declaration | undefined {
    const key = `${module.file}:${name}`;
    if (this.#declarations.has(key)) return this.#declarations.get(key);
    // While it is being found it is not there: an alias of itself has no end.
    this.#declarations.set(key, undefined);
    const symbol = module.symbols.get(name);
    const declaration = symbol && this.#declare(module, name, symbol);
    this.#declarations.set(key, declaration);
    return declaration;
  }

  #declare(module: ModuleScope, name: string, symbol: Binding): Declaration | undefined {
    if (symbol.kind === "class") return this.#class(module, name, symbol.node);
    if (symbol.kind === "alias") return this.#alias(module, name, symbol.node);
    return symbol.kind === "assignment" ? this.#assigned(module, name, symbol) : undefined;
  }

  #class(module: ModuleScope, name: string, node: number): Declaration {
    const { tree, bytes } = module.source;
    const context = this.context(module);
    const { typeParameters, bases, body } = classParts(tree, node);
    const bracketed = bracketVariables(typeParameters, "declaration", context);
    const variables =
      bracketed.length > 0 ? bracketed : this.#owned(variablesIn(this.project, module, bases, this.#find));
    const docstring = docstringOf(tree, bytes, body);
    const declaration: Declaration = new Declaration(name, module.file, variables, docstring, () =>
      readClass(this.#inside(context, declaration, body), node, declaration),
    );
    return declaration;
  }

  /** The context of a class's body. */
  #inside(context: HintContext, declaration: Declaration, body: number): HintContext {
    const { source } = context.module;
    const variables = declaration.typeParameters;
    const self: PythonType = {
      kind: "declared",
      declaration,
      args: variables.map((variable) => ({ kind: "variable", variable })),
    };
    const nested = new Map<string, PythonType>();
    for (const child of source.tree.children(body)) {
      if (source.tree.kind(child) !== NodeKind.ClassDef) continue;
      const inner = this.#class(context.module, source.tree.name(child), child);
      nested.set(inner.name, { kind: "declared", declaration: inner, args: [] });
    }
    const named = new Map(variables.map((variable) => [variable.name, variable]));
    return { ...context, variables: named, self, nested };
  }

  /** `type Pair[T] = tuple[T, T]` (PEP 695). */
  #alias(module: ModuleScope, name: string, node: number): Declaration {
    const { source } = module;
    const children = source.tree.children(node);
    const value = children.at(-1) ?? 0;
    const variables = bracketVariables(children.slice(1, -1), "declaration", this.context(module));
    return this.#aliasOf(module, name, value, variables);
  }

  #aliasOf(
    module: ModuleScope,
    name: string,
    value: number,
    variables: readonly TypeVariable[],
  ): Declaration {
    const named = new Map(variables.map((variable) => [variable.name, variable]));
    const context = { ...this.context(module), variables: named };
    return new Declaration(name, module.file, variables, undefined, () => ({
      kind: "alias",
      target: readHint(context, { fragment: module.source, node: value }),
    }));
  }

  #assigned(
    module: ModuleScope,
    name: string,
    { annotation, value }: { annotation: number; value: number },
  ): Declaration | undefined {
    const { source } = module;
    const { tree } = source;
    if (value === 0) return undefined;
    if (tree.kind(value) === NodeKind.Call) {
      const callee = this.#callee(module, value);
      const read = readCalledType(this.context(module), value, callee);
      if (read !== undefined) return new Declaration(name, module.file, [], undefined, read);
      if (callee !== "typing.TypeAliasType") return undefined;
      return this.#aliasOf(module, name, tree.children(value)[2] ?? 0, []);
    }
    const isSaid = annotation !== 0 && this.#says(module, annotation, "typing.TypeAlias");
    if (!isSaid && (annotation !== 0 || !this.#looksLikeType(module, value))) return undefined;
    const variables = this.#owned(variablesIn(this.project, module, [value], this.#find));
    return this.#aliasOf(module, name, value, variables);
  }

  /** Without `TypeAlias` only what can be nothing else: a name of a type, brackets, a union. */
  #looksLikeType(module: ModuleScope, value: number): boolean {
    const { source } = module;
    const kind = source.tree.kind(value);
    if (
      kind !== NodeKind.Name &&
      kind !== NodeKind.Attribute &&
      kind !== NodeKind.Subscript &&
      kind !== NodeKind.BinOp
    )
      return false;
    const type = readHint(this.context(module), { fragment: source, node: value });
    if (type.kind === "union") return type.members.every((member) => member.kind !== "unknown");
    return type.kind !== "unknown" || type.why === undefined;
  }

  #says(module: ModuleScope, annotation: number, name: string): boolean {
    const parts = module.source.dotted(annotation);
    const meaning = parts && this.project.resolve(module, parts);
    return meaning?.kind === "external" && canonicalName(meaning.name) === name;
  }

  /** The full name of what a call calls, or "". */
  #callee(module: ModuleScope, call: number): string {
    const parts = module.source.dotted(module.source.tree.firstChild(call));
    const meaning = parts && this.project.resolve(module, parts);
    return meaning?.kind === "external" ? canonicalName(meaning.name) : "";
  }

  #owned(variables: readonly TypeVariable[]): TypeVariable[] {
    return variables.map((variable) => ({ ...variable, owner: "declaration" }));
  }

  readonly #find = (module: ModuleScope, name: string) => this.variable(module, name);
}
