/** Fields of classes whose values travel as objects: TypedDict, dataclass, NamedTuple, pydantic model. */
import { docstringOf, NodeKind } from "../../analyzer/index.js";
import { UNKNOWN } from "../hints/build-type.js";
import { canonicalName } from "../hints/external-types.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import { classStatements } from "../source/module-scope.js";
import type { Fragment } from "../source/python-source.js";
import type { Field, PythonType } from "./python-model.js";
import { decoratorName } from "./read-function.js";

/** A field, and what the constructor has to know of it. */
export interface ReadField extends Field {
  /** `InitVar`: the constructor takes it, and no value has it. */
  readonly isOnlyInConstructor: boolean;
  readonly inConstructor: boolean;
  readonly isKeywordOnly: boolean;
  readonly hasDefault: boolean;
  /** The constructor knows it by another name. */
  readonly hasAlias: boolean;
}

interface Wrappers {
  readonly names: ReadonlySet<string>;
}

/** The annotated names in the body of a class, without ClassVars. */
export function readFields(
  context: HintContext,
  node: number,
  flavor: "typed-dict" | "dataclass" | "named-tuple" | "pydantic",
  isTotal: boolean,
  isKeywordOnly: boolean,
): ReadField[] {
  const fragment = context.module.source;
  const { tree } = fragment;
  const fields: ReadField[] = [];
  let onlyKeywords = isKeywordOnly;
  const statements = classStatements(fragment, node);
  for (const [at, statement] of statements.entries()) {
    if (tree.kind(statement) === NodeKind.FunctionDef && flavor === "pydantic") {
      const computed = computedField(context, statement);
      if (computed !== undefined) fields.push(computed);
    }
    if (tree.kind(statement) !== NodeKind.AnnAssign) continue;
    const [target = 0, annotation = 0, value = 0] = tree.children(statement);
    if (tree.kind(target) !== NodeKind.Name) continue;
    const name = tree.name(target);
    const { names } = wrappers(context, fragment, annotation);
    if (names.has("dataclasses.KW_ONLY") || names.has("typing.KW_ONLY")) onlyKeywords = true;
    if (names.has("dataclasses.KW_ONLY") || names.has("typing.ClassVar")) continue;
    const options = flavor === "typed-dict" ? NO_OPTIONS : fieldOptions(fragment, value);
    if (flavor === "pydantic" && (name.startsWith("_") || options.get("exclude") === "True")) continue;
    const hasDefault = value !== 0 && (!options.isCall || options.hasDefault);
    fields.push({
      name,
      type: readHint(context, { fragment, node: annotation }),
      isRequired: flavor !== "typed-dict" || isRequired(names, isTotal),
      docstring: attributeDocstring(fragment, statements[at + 1]),
      isOnlyInConstructor: names.has("dataclasses.InitVar"),
      inConstructor: options.get("init") !== "False",
      isKeywordOnly: flavor === "pydantic" || onlyKeywords || options.get("kw_only") === "True",
      hasDefault,
      hasAlias: options.has("alias") || options.has("validation_alias"),
    });
  }
  return fields;
}

function isRequired(names: ReadonlySet<string>, isTotal: boolean): boolean {
  if (names.has("typing.NotRequired")) return false;
  return isTotal || names.has("typing.Required");
}

/** `Required[…]`, `ClassVar[…]`, `Annotated[…]` and their like around a hint, whatever they stand in. */
function wrappers(context: HintContext, fragment: Fragment, annotation: number): Wrappers {
  const { tree } = fragment;
  const names = new Set<string>();
  for (let node = annotation; node !== 0; ) {
    const isSubscript = tree.kind(node) === NodeKind.Subscript;
    const parts = fragment.dotted(isSubscript ? tree.firstChild(node) : node);
    const meaning = parts === undefined ? undefined : context.project.resolve(context.module, parts);
    if (meaning?.kind !== "external") break;
    names.add(canonicalName(meaning.name));
    const slice = isSubscript ? (tree.children(node)[1] ?? 0) : 0;
    node = tree.kind(slice) === NodeKind.Tuple ? tree.firstChild(slice) : slice;
  }
  return { names };
}

interface FieldOptions {
  readonly isCall: boolean;
  readonly hasDefault: boolean;
  get(name: string): string | undefined;
  has(name: string): boolean;
}

const NO_OPTIONS: FieldOptions = { isCall: false, hasDefault: false, get: () => undefined, has: () => false };

/** The keyword arguments of `field(…)` or `Field(…)`. */
function fieldOptions(fragment: Fragment, value: number): FieldOptions {
  const { tree } = fragment;
  if (value === 0 || tree.kind(value) !== NodeKind.Call) return NO_OPTIONS;
  const [callee = 0, ...args] = tree.children(value);
  const name = fragment.dotted(callee)?.at(-1);
  if (name !== "field" && name !== "Field") return NO_OPTIONS;
  const options = new Map<string, string>();
  let hasDefault = false;
  for (const argument of args) {
    const isKeyword = tree.kind(argument) === NodeKind.Keyword;
    const text = fragment.text(isKeyword ? tree.firstChild(argument) : argument);
    if (isKeyword) options.set(tree.name(argument), text);
    else hasDefault ||= text !== "...";
  }
  hasDefault ||= options.has("default") || options.has("default_factory");
  return { isCall: true, hasDefault, get: (key) => options.get(key), has: (key) => options.has(key) };
}

/** A property of a pydantic model that is part of its values. */
function computedField(context: HintContext, node: number): ReadField | undefined {
  const { source } = context.module;
  const { tree } = source;
  const children = tree.children(node);
  const isComputed = children.some(
    (child) =>
      tree.kind(child) === NodeKind.Decorator &&
      decoratorName(context, tree.firstChild(child)) === "pydantic.computed_field",
  );
  if (!isComputed) return undefined;
  const at = children.findIndex((child) => tree.kind(child) === NodeKind.Arguments);
  const returns = children[at + 1] ?? 0;
  const hasHint = returns !== 0 && tree.kind(returns) !== NodeKind.Block;
  const type: PythonType = hasHint ? readHint(context, { fragment: source, node: returns }) : UNKNOWN;
  return {
    name: tree.name(node),
    type,
    isRequired: true,
    docstring: docstringOf(tree, source.bytes, tree.lastChild(node)),
    isOnlyInConstructor: false,
    inConstructor: false,
    isKeywordOnly: true,
    hasDefault: true,
    hasAlias: false,
  };
}

/** A text on its own below a field, as many tools read it. */
function attributeDocstring(fragment: Fragment, next: number | undefined): string | undefined {
  if (next === undefined || fragment.tree.kind(next) !== NodeKind.Expr) return undefined;
  return fragment.string(fragment.tree.firstChild(next));
}
