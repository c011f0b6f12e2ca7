/** Functions and classes by their parts: what the analyser's symbols and the bindings' type hints read. */
import { stringValue } from "./literals.js";
import { ConstantKind, NodeKind } from "./node-kind.js";
import type { SyntaxTree } from "./tree.js";

/** How arguments reach a parameter, by the names of `inspect.Parameter`. */
export type ParameterKind =
  | "positional-only"
  | "positional-or-keyword"
  | "var-positional"
  | "keyword-only"
  | "var-keyword";

export interface Parameter {
  /** The parameter itself, without its default. */
  readonly node: number;
  readonly name: string;
  readonly kind: ParameterKind;
  /** Node of the annotation, or 0. */
  readonly annotation: number;
  /** Node of the default value, or 0. */
  readonly defaultValue: number;
}

/** Parts of a FunctionDef or AsyncFunctionDef. */
export interface FunctionParts {
  /** Nodes of the decorators' expressions. */
  readonly decorators: readonly number[];
  readonly typeParameters: readonly number[];
  readonly parameters: readonly Parameter[];
  /** Node of the return annotation, or 0. */
  readonly returns: number;
  /** The Block. */
  readonly body: number;
}

/** Parts of a ClassDef. */
export interface ClassParts {
  /** Nodes of the decorators' expressions. */
  readonly decorators: readonly number[];
  readonly typeParameters: readonly number[];
  readonly bases: readonly number[];
  /** Nodes of kind Keyword. */
  readonly keywords: readonly number[];
  /** The Block. */
  readonly body: number;
}

const PARAMETER_KINDS: Partial<Record<NodeKind, ParameterKind>> = {
  [NodeKind.PositionalOnlyArg]: "positional-only",
  [NodeKind.Arg]: "positional-or-keyword",
  [NodeKind.VariadicArg]: "var-positional",
  [NodeKind.KeywordOnlyArg]: "keyword-only",
  [NodeKind.KeywordsArg]: "var-keyword",
};

/** The parts of a FunctionDef or AsyncFunctionDef. */
export function functionParts(tree: SyntaxTree, node: number): FunctionParts {
  const decorators: number[] = [];
  const typeParameters: number[] = [];
  let parameters: readonly Parameter[] = [];
  let returns = 0;
  let body = 0;
  for (const child of tree.children(node)) {
    const kind = tree.kind(child);
    if (kind === NodeKind.Decorator) decorators.push(tree.firstChild(child));
    else if (kind === NodeKind.Arguments) parameters = parametersOf(tree, child);
    else if (kind === NodeKind.Block) body = child;
    else if (isTypeParameter(kind)) typeParameters.push(child);
    else returns = child;
  }
  return { decorators, typeParameters, parameters, returns, body };
}

/** The parts of a ClassDef. */
export function classParts(tree: SyntaxTree, node: number): ClassParts {
  const decorators: number[] = [];
  const typeParameters: number[] = [];
  const bases: number[] = [];
  const keywords: number[] = [];
  let body = 0;
  for (const child of tree.children(node)) {
    const kind = tree.kind(child);
    if (kind === NodeKind.Decorator) decorators.push(tree.firstChild(child));
    else if (kind === NodeKind.Keyword) keywords.push(child);
    else if (kind === NodeKind.Block) body = child;
    else if (isTypeParameter(kind)) typeParameters.push(child);
    else bases.push(child);
  }
  return { decorators, typeParameters, bases, keywords, body };
}

/** The parameters of an Arguments node. */
export function parametersOf(tree: SyntaxTree, node: number): Parameter[] {
  const parameters: Parameter[] = [];
  for (let child = tree.firstChild(node); child !== 0; ) {
    const kind = PARAMETER_KINDS[tree.kind(child)];
    const next = tree.nextSibling(child);
    // What is not a parameter is the default of the parameter before it.
    const hasDefault = next !== 0 && PARAMETER_KINDS[tree.kind(next)] === undefined;
    if (kind !== undefined) {
      parameters.push({
        node: child,
        name: tree.name(child),
        kind,
        annotation: tree.firstChild(child),
        defaultValue: hasDefault ? next : 0,
      });
    }
    child = hasDefault ? tree.nextSibling(next) : next;
  }
  return parameters;
}

/**
 * The docstring of a Module or Block, as it is written (`inspect.cleandoc` removes indentation), or undefined.
 * @param bytes - the source that the tree was made from
 */
export function docstringOf(tree: SyntaxTree, bytes: Uint8Array, body: number): string | undefined {
  const statement = tree.firstChild(body);
  if (statement === 0 || tree.kind(statement) !== NodeKind.Expr) return undefined;
  const value = tree.firstChild(statement);
  if (tree.kind(value) !== NodeKind.Constant || tree.constantKind(value) !== ConstantKind.Str)
    return undefined;
  return stringValue(bytes, tree.start(value), tree.end(value));
}

function isTypeParameter(kind: NodeKind): boolean {
  return kind === NodeKind.TypeVar || kind === NodeKind.ParamSpec || kind === NodeKind.TypeVarTuple;
}
