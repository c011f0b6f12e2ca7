/** A function's definition to its model. */
import {
  docstringOf,
  functionParts,
  NodeKind,
  type Parameter,
  type SyntaxTree,
} from "../../analyzer/index.js";
import { UNKNOWN } from "../hints/build-type.js";
import { canonicalName } from "../hints/external-types.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import { unpackedElement } from "../hints/tuple-items.js";
import type { FunctionModel, ParameterModel, PythonType, Signature, TypeVariable } from "./python-model.js";
import { bracketVariables } from "./type-variables.js";

export interface FunctionSource {
  readonly name: string;
  readonly node: number;
  readonly overloads: readonly number[];
  /** Whether the first parameter is `self` or `cls`, which callers do not pass. */
  readonly isBound: boolean;
}

/** Decorators that leave the signature as it is written, by their full names. */
const KEEPS_SIGNATURE = new Set([
  "functools.lru_cache",
  "functools.cache",
  "functools.wraps",
  "functools.singledispatch",
  "typing.overload",
  "typing.override",
  "typing.final",
  "typing.no_type_check",
  "abc.abstractmethod",
  "warnings.deprecated",
  "typing.deprecated",
  "builtins.staticmethod",
  "builtins.classmethod",
  "nogil.tool",
  "nogil.thread_safe",
  "numba.njit",
  "numba.jit",
]);

const CONTEXT_MANAGERS = new Set(["contextlib.contextmanager", "contextlib.asynccontextmanager"]);

export function readFunction(context: HintContext, source: FunctionSource): FunctionModel {
  const { tree, bytes } = context.module.source;
  const { body, decorators } = functionParts(tree, source.node);
  const notes = new Set<string>();
  const isGenerator = hasYield(tree, body);
  const names = decorators.map((decorator) => decoratorName(context, decorator));
  const isManager = names.some((name) => name !== undefined && CONTEXT_MANAGERS.has(name));
  for (const [at, name] of names.entries()) {
    if (name === undefined || KEEPS_SIGNATURE.has(name) || CONTEXT_MANAGERS.has(name)) continue;
    const text = context.module.source.text(decorators[at] ?? 0).split("(")[0];
    notes.add(`Decorated with \`@${text}\`; the types are those of the function below it.`);
  }
  const nodes = source.overloads.length > 0 ? source.overloads : [source.node];
  const signatures = nodes.map((node) => readSignature(context, { ...source, node }, isGenerator, notes));
  const docstring = docstringOf(tree, bytes, body);
  if (!isManager) return { name: source.name, docstring, signatures, isGenerator, notes: [...notes] };
  const result: PythonType = { kind: "resident", name: "a context manager" };
  const managers = signatures.map((signature) => ({ ...signature, result }));
  return { name: source.name, docstring, signatures: managers, isGenerator: false, notes: [...notes] };
}

/** The full name of a decorator, without its arguments. */
export function decoratorName(context: HintContext, decorator: number): string | undefined {
  const { source } = context.module;
  const isCall = source.tree.kind(decorator) === NodeKind.Call;
  const parts = source.dotted(isCall ? source.tree.firstChild(decorator) : decorator);
  if (parts === undefined) return undefined;
  const meaning = context.project.resolve(context.module, parts);
  return meaning.kind === "external" ? canonicalName(meaning.name) : parts.join(".");
}

function readSignature(
  context: HintContext,
  { node, isBound }: FunctionSource,
  isGenerator: boolean,
  notes: Set<string>,
): Signature {
  const fragment = context.module.source;
  const { tree } = fragment;
  const parts = functionParts(tree, node);
  const found = new Map<string, TypeVariable>();
  const declared = bracketVariables(parts.typeParameters, "function", context);
  const inner: HintContext = {
    ...context,
    variables: new Map([
      ...context.variables,
      ...declared.map((variable) => [variable.name, variable] as const),
    ]),
    foundVariable: (variable) => found.set(variable.name, variable),
  };
  const hint = (annotation: number, what: string): PythonType => {
    const type = annotation === 0 ? UNKNOWN : readHint(inner, { fragment, node: annotation });
    if (type.kind === "unknown")
      notes.add(type.why === undefined ? `${what} has no type hint.` : `${what}: ${type.why}.`);
    return type;
  };
  const own = isBound ? withoutFirst(parts.parameters) : parts.parameters;
  const parameters = own.flatMap((parameter): ParameterModel[] => {
    const { name, kind, annotation, defaultValue } = parameter;
    const unpacked =
      kind === "var-keyword" && annotation !== 0 ? unpackedElement(fragment, annotation) : undefined;
    if (unpacked !== undefined) return unpackedKeywords(readHint(inner, { fragment, node: unpacked }));
    return [{ name, kind, type: hint(annotation, `\`${name}\``), hasDefault: defaultValue !== 0 }];
  });
  const returned = hint(parts.returns, "The result");
  const isItemised = returned.kind === "iterator" || returned.kind === "iterable";
  const item = isItemised ? returned.item : UNKNOWN;
  return {
    typeParameters: [...declared, ...found.values()],
    parameters,
    result: isGenerator ? item : returned,
  };
}

/** Without `self` or `cls`; a method of only `*args` keeps them. */
function withoutFirst(parameters: readonly Parameter[]): readonly Parameter[] {
  const kind = parameters[0]?.kind;
  return kind === "positional-only" || kind === "positional-or-keyword" ? parameters.slice(1) : parameters;
}

/** `**options: Unpack[Options]` (PEP 692). */
function unpackedKeywords(type: PythonType): ParameterModel[] {
  const shape = type.kind === "declared" ? type.declaration.shape : undefined;
  if (shape?.kind !== "record")
    return [{ name: "kwargs", kind: "var-keyword", type: UNKNOWN, hasDefault: false }];
  return shape.fields.map((field) => ({
    name: field.name,
    kind: "keyword-only",
    type: field.type,
    hasDefault: !field.isRequired,
  }));
}

const OWN_SCOPES = new Set([
  NodeKind.FunctionDef,
  NodeKind.AsyncFunctionDef,
  NodeKind.ClassDef,
  NodeKind.Lambda,
  NodeKind.GeneratorExp,
]);

function hasYield(tree: SyntaxTree, body: number): boolean {
  let found = false;
  tree.walk(body, (node) => {
    const kind = tree.kind(node);
    found ||= kind === NodeKind.Yield || kind === NodeKind.YieldFrom;
    return !found && !OWN_SCOPES.has(kind);
  });
  return found;
}
