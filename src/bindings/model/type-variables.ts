/** Type variables: `T = TypeVar("T")` (PEP 484) and `def f[T]` (PEP 695, PEP 696). */
import { NodeKind } from "../../analyzer/index.js";
import { UNKNOWN, union } from "../hints/build-type.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import type { ModuleScope } from "../source/module-scope.js";
import type { Project } from "../source/project.js";
import type { Fragment } from "../source/python-source.js";
import type { PythonType, TypeVariable } from "./python-model.js";

type Owner = TypeVariable["owner"];

/** The variables that stand in brackets behind a name. */
export function bracketVariables(
  nodes: readonly number[],
  owner: Owner,
  context: HintContext,
): TypeVariable[] {
  const { source } = context.module;
  const { tree } = source;
  return nodes.map((node) => {
    let bound: PythonType | undefined;
    let fallback: PythonType | undefined;
    for (const child of tree.children(node)) {
      const isDefault = tree.kind(child) === NodeKind.TypeDefault;
      const type = bounds(isDefault ? tree.firstChild(child) : child, source, context);
      if (isDefault) fallback = type;
      else bound = type;
    }
    return { name: tree.name(node), owner, bound, fallback };
  });
}

/** `TypeVar("T", bound=…)`; undefined for any other call. */
export function calledVariable(
  name: string,
  call: number,
  callee: string,
  owner: Owner,
  context: HintContext,
): TypeVariable | undefined {
  if (!/^typing\.(TypeVar|ParamSpec|TypeVarTuple)$/.test(callee)) return undefined;
  const { source } = context.module;
  const { tree } = source;
  const constraints: PythonType[] = [];
  let bound: PythonType | undefined;
  let fallback: PythonType | undefined;
  for (const argument of tree.children(call).slice(2)) {
    if (tree.kind(argument) !== NodeKind.Keyword) constraints.push(bounds(argument, source, context));
    else if (tree.name(argument) === "bound") bound = bounds(tree.firstChild(argument), source, context);
    else if (tree.name(argument) === "default") fallback = bounds(tree.firstChild(argument), source, context);
  }
  if (constraints.length > 0) bound = union(constraints);
  return { name, owner, bound, fallback };
}

/** A bound, or a tuple of constraints. */
function bounds(node: number, source: Fragment, context: HintContext): PythonType {
  const elements = source.tree.kind(node) === NodeKind.Tuple ? source.tree.children(node) : [node];
  return elements.length === 0
    ? UNKNOWN
    : union(elements.map((element) => readHint(context, { fragment: source, node: element })));
}

/** Names in an expression, text left out, that are bound to a `TypeVar`, in order. */
export function variablesIn(
  project: Project,
  module: ModuleScope,
  nodes: readonly number[],
  find: (module: ModuleScope, name: string) => TypeVariable | undefined,
): TypeVariable[] {
  const { tree } = module.source;
  const found = new Map<string, TypeVariable>();
  for (const root of nodes) {
    tree.walk(root, (node) => {
      if (tree.kind(node) !== NodeKind.Name) return true;
      const meaning = project.resolve(module, [tree.name(node)]);
      const variable = meaning.kind === "symbol" ? find(meaning.module, meaning.name) : undefined;
      if (variable !== undefined && !found.has(variable.name)) found.set(variable.name, variable);
      return true;
    });
  }
  return [...found.values()];
}
