/** What a Python file offers to TypeScript. */
import { docstringOf, NodeKind } from "../../analyzer/index.js";
import type { Binding, ModuleScope } from "../source/module-scope.js";
import { Project } from "../source/project.js";
import { ProjectNames } from "./project-names.js";
import type { Declaration, FunctionModel } from "./python-model.js";
import { readFunction } from "./read-function.js";

export type Export =
  | { readonly kind: "function"; readonly name: string; readonly model: FunctionModel }
  | { readonly kind: "declaration"; readonly name: string; readonly declaration: Declaration };

export interface PythonModule {
  /** Absolute path. */
  readonly file: string;
  readonly docstring: string | undefined;
  readonly exports: readonly Export[];
  /** Names in `__all__` that lead to nothing that can be typed or called. */
  readonly unreadable: readonly string[];
  /** Files it was read from, itself and what it imports; also those that were looked for and are not there. */
  readonly files: ReadonlySet<string>;
}

/**
 * Reads a Python file, and the files of the project that its types come from, without running any of them.
 *
 * @throws PythonSourceError when it is not there or does not parse
 */
export function readModule(file: string): PythonModule {
  const project = new Project();
  const module = project.module(file);
  const names = new ProjectNames(project);
  const exports: Export[] = [];
  const unreadable: string[] = [];
  for (const name of exportedNames(module)) {
    const found = readExport(names, module, name);
    if (found !== undefined) exports.push(found);
    else if (module.all !== undefined) unreadable.push(name);
  }
  const { tree, bytes } = module.source;
  const docstring = docstringOf(tree, bytes, tree.root);
  return { file: module.file, docstring, exports, unreadable, files: project.touched };
}

/** `__all__`, or what the module itself defines and does not begin with an underscore. */
function exportedNames(module: ModuleScope): string[] {
  if (module.all !== undefined) return [...new Set(module.all)];
  const names: string[] = [];
  for (const [name, symbol] of module.symbols)
    if (!name.startsWith("_") && (symbol.kind !== "import" || symbol.isReExport)) names.push(name);
  return names;
}

function readExport(names: ProjectNames, module: ModuleScope, name: string): Export | undefined {
  const meaning = names.project.resolve(module, [name]);
  if (meaning.kind !== "symbol") return undefined;
  const { symbol } = meaning;
  const model = readFunctionSymbol(names, meaning.module, name, symbol);
  if (model !== undefined) return { kind: "function", name, model };
  const declaration = names.declaration(meaning.module, meaning.name);
  if (declaration === undefined) return undefined;
  const isEmpty = declaration.shape.kind === "alias" && declaration.shape.target.kind === "unknown";
  return isEmpty ? undefined : { kind: "declaration", name, declaration };
}

function readFunctionSymbol(
  names: ProjectNames,
  module: ModuleScope,
  name: string,
  symbol: Binding,
): FunctionModel | undefined {
  const context = names.context(module);
  if (symbol.kind === "function")
    return readFunction(context, { name, node: symbol.node, overloads: symbol.overloads, isBound: false });
  if (symbol.kind !== "assignment" || symbol.value === 0) return undefined;
  // `mean = average`: another name of a function.
  const { source } = module;
  if (source.tree.kind(symbol.value) !== NodeKind.Name) return undefined;
  const target = source.tree.name(symbol.value);
  const meaning = target === name ? undefined : names.project.resolve(module, [target]);
  if (meaning?.kind !== "symbol" || meaning.symbol.kind !== "function") return undefined;
  return readFunctionSymbol(names, meaning.module, name, meaning.symbol);
}
