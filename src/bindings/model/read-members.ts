/** Methods and attributes of classes whose instances stay in Python. */
import { functionParts, NodeKind } from "../../analyzer/index.js";
import { substitute, substituteFunction, UNKNOWN } from "../hints/build-type.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import { classStatements } from "../source/module-scope.js";
import type { Ancestry } from "./class-ancestry.js";
import type { Attribute, ClassShape, Declaration, FunctionModel, PythonType } from "./python-model.js";
import { decoratorName, readFunction } from "./read-function.js";

interface Members {
  readonly methods: Map<string, FunctionModel>;
  readonly statics: Map<string, FunctionModel>;
  readonly attributes: Map<string, Attribute>;
  construct: FunctionModel | undefined;
}

const PROPERTIES = new Set([
  "builtins.property",
  "functools.cached_property",
  "abc.abstractproperty",
  "enum.property",
]);

export function readMembers(
  context: HintContext,
  node: number,
  declaration: Declaration,
  ancestry: Ancestry,
): ClassShape {
  const members: Members = {
    methods: new Map(),
    statics: new Map(),
    attributes: new Map(),
    construct: undefined,
  };
  let isAdapter = ancestry.externals.includes("nogil.Adapter");
  for (const base of [...ancestry.bases].reverse()) isAdapter = inherit(members, base) || isAdapter;
  const self: PythonType = {
    kind: "declared",
    declaration,
    args: declaration.typeParameters.map((variable) => ({ kind: "variable", variable })),
  };
  readBody(context, node, members);
  const isProtocol = ancestry.flavor === "protocol";
  const inherited = members.construct ?? defaultConstructor(declaration, ancestry);
  const construct = inherited && {
    ...inherited,
    name: declaration.name,
    docstring: declaration.docstring ?? inherited.docstring,
    signatures: inherited.signatures.map((signature) => ({ ...signature, result: self })),
  };
  return {
    kind: "class",
    isProtocol,
    construct: isProtocol ? undefined : construct,
    methods: [...members.methods.values()],
    statics: [...members.statics.values()],
    attributes: [...members.attributes.values()],
    isAdapter,
  };
}

/** Adds what a base of the project has; says whether that is an Adapter. */
function inherit(members: Members, base: PythonType): boolean {
  const shape = base.kind === "declared" ? base.declaration.shape : undefined;
  if (base.kind !== "declared" || shape?.kind !== "class") return false;
  const values = new Map(
    base.declaration.typeParameters.map(({ name }, at) => [name, base.args[at] ?? UNKNOWN]),
  );
  const replaced = (model: FunctionModel) => substituteFunction(model, values);
  for (const method of shape.methods) members.methods.set(method.name, replaced(method));
  for (const method of shape.statics) members.statics.set(method.name, replaced(method));
  for (const one of shape.attributes)
    members.attributes.set(one.name, { ...one, type: substitute(one.type, values) });
  if (shape.construct !== undefined) members.construct = replaced(shape.construct);
  return shape.isAdapter;
}

/** Without an `__init__` that can be seen: no arguments, or unknown ones where a base lies outside of the project. */
function defaultConstructor(declaration: Declaration, { externals }: Ancestry): FunctionModel {
  const isOpen = externals.some((name) => !NO_CONSTRUCTOR.has(name));
  const { name, typeParameters, docstring } = declaration;
  const parameters = isOpen
    ? [{ name: "args", kind: "var-positional", type: UNKNOWN, hasDefault: false } as const]
    : [];
  const notes = isOpen ? ["Its constructor comes from a package whose source was not read."] : [];
  return {
    name,
    docstring,
    signatures: [{ typeParameters, parameters, result: UNKNOWN }],
    isGenerator: false,
    notes,
  };
}

const NO_CONSTRUCTOR = new Set([
  "builtins.object",
  "abc.ABC",
  "typing.Generic",
  "typing.Protocol",
  "nogil.Adapter",
]);

function readBody(context: HintContext, node: number, members: Members): void {
  const { source } = context.module;
  const { tree } = source;
  const overloads = new Map<string, number[]>();
  for (const statement of classStatements(source, node)) {
    const kind = tree.kind(statement);
    if (kind === NodeKind.AnnAssign) {
      const [target = 0, annotation = 0] = tree.children(statement);
      if (tree.kind(target) === NodeKind.Name) addAttribute(context, members, tree.name(target), annotation);
    }
    if (kind !== NodeKind.FunctionDef && kind !== NodeKind.AsyncFunctionDef) continue;
    readMethod(context, statement, members, overloads);
  }
}

function readMethod(
  context: HintContext,
  node: number,
  members: Members,
  overloads: Map<string, number[]>,
): void {
  const { source } = context.module;
  const { tree } = source;
  const name = tree.name(node);
  const { decorators } = functionParts(tree, node);
  const names = new Set(decorators.map((decorator) => decoratorName(context, decorator)));
  // Of a property the getter counts.
  if (decorators.some((decorator) => /\.(setter|deleter)$/.test(source.text(decorator)))) return;
  const before = overloads.get(name) ?? [];
  if (names.has("typing.overload")) {
    overloads.set(name, [...before, node]);
    return;
  }
  const isStatic = names.has("builtins.staticmethod");
  const model = readFunction(context, { name, node, overloads: before, isBound: !isStatic });
  if (name === "__init__") {
    members.construct = model;
    readInitAttributes(context, node, members);
  } else if (name.startsWith("_")) {
    return;
  } else if ([...names].some((one) => one !== undefined && PROPERTIES.has(one))) {
    const type = model.signatures[0]?.result ?? UNKNOWN;
    members.attributes.set(name, { name, type, docstring: model.docstring });
  } else if (isStatic || names.has("builtins.classmethod")) {
    members.statics.set(name, model);
  } else {
    members.methods.set(name, model);
  }
}

function addAttribute(context: HintContext, members: Members, name: string, annotation: number): void {
  if (name.startsWith("_") || members.attributes.has(name)) return;
  const type = readHint(context, { fragment: context.module.source, node: annotation });
  members.attributes.set(name, { name, type, docstring: undefined });
}

/** `self.x: int = …` and, for a parameter `x: int`, `self.x = x`. */
function readInitAttributes(context: HintContext, node: number, members: Members): void {
  const { source } = context.module;
  const { tree } = source;
  const { parameters, body } = functionParts(tree, node);
  const self = parameters[0]?.name;
  const hints = new Map(parameters.map(({ name, annotation }) => [name, annotation]));
  for (const statement of tree.children(body)) {
    const kind = tree.kind(statement);
    if (kind !== NodeKind.Assign && kind !== NodeKind.AnnAssign) continue;
    const [target = 0, second = 0] = tree.children(statement);
    const parts = source.dotted(target);
    if (parts?.length !== 2 || parts[0] !== self || parts[1] === undefined) continue;
    const isName = kind === NodeKind.Assign && tree.kind(second) === NodeKind.Name;
    const annotation =
      kind === NodeKind.AnnAssign ? second : isName ? (hints.get(tree.name(second)) ?? 0) : 0;
    if (annotation !== 0) addAttribute(context, members, parts[1], annotation);
  }
}
