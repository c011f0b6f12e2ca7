/** A class definition to the shape of its values. */
import { docstringOf, NodeKind, type ParameterKind } from "../../analyzer/index.js";
import { plain, substitute, substituteFunction, UNKNOWN } from "../hints/build-type.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import { type Ancestry, readAncestry } from "./class-ancestry.js";
import type {
  Declaration,
  Field,
  FunctionModel,
  ParameterModel,
  PythonType,
  RecordShape,
  Shape,
} from "./python-model.js";
import { readEnum } from "./read-enum.js";
import { type ReadField, readFields } from "./read-fields.js";
import { readFunction } from "./read-function.js";
import { readMembers } from "./read-members.js";

export function readClass(context: HintContext, node: number, declaration: Declaration): Shape {
  const ancestry = readAncestry(context, node);
  switch (ancestry.flavor) {
    case "enum":
      return readEnum(context.module.source, node, enumFlavor(ancestry));
    case "typed-dict":
    case "dataclass":
    case "named-tuple":
    case "pydantic":
      return readRecord(context, node, declaration, ancestry, ancestry.flavor);
    case "exception":
      return { kind: "alias", target: plain("exception") };
    case "path":
      return { kind: "subclass", target: plain("Path") };
    case "root-model":
      return { kind: "subclass", target: rootOf(context, ancestry) };
    case "builtin":
      return { kind: "subclass", target: builtinBase(context, ancestry) };
    default:
      return readMembers(context, node, declaration, ancestry);
  }
}

function enumFlavor({ externals, bases }: Ancestry): "number" | "flag" | "text" {
  if (externals.some((name) => name === "enum.Flag" || name === "enum.IntFlag")) return "flag";
  if (externals.includes("enum.StrEnum")) return "text";
  const [base] = bases;
  const shape = base?.kind === "declared" ? base.declaration.shape : undefined;
  return shape?.kind === "enum" && shape.isFlag ? "flag" : "number";
}

/** `X` of `RootModel[X]`, or the `root` field. */
function rootOf(context: HintContext, { baseNodes }: Ancestry): PythonType {
  const { source } = context.module;
  const base = baseNodes.get("pydantic.RootModel") ?? 0;
  const inside = base === 0 ? undefined : source.tree.children(base)[1];
  return inside === undefined ? UNKNOWN : readHint(context, { fragment: source, node: inside });
}

function builtinBase(context: HintContext, { baseNodes, bases }: Ancestry): PythonType {
  for (const node of baseNodes.values()) {
    const type = readHint(context, { fragment: context.module.source, node });
    if (type.kind !== "unknown") return type;
  }
  return bases[0] ?? UNKNOWN;
}

function readRecord(
  context: HintContext,
  node: number,
  declaration: Declaration,
  ancestry: Ancestry,
  flavor: RecordShape["flavor"],
): RecordShape {
  const { source } = context.module;
  const { tree } = source;
  const isTotal = !ancestry.parts.keywords.some(
    (keyword) => tree.name(keyword) === "total" && source.text(tree.firstChild(keyword)) === "False",
  );
  const isKeywordOnly = ancestry.dataclassOptions?.has("kw_only=True") ?? false;
  // A class that only inherits from a dataclass has the fields of the dataclass and no more.
  const addsFields = flavor !== "dataclass" || ancestry.dataclassOptions !== undefined;
  const own = addsFields ? readFields(context, node, flavor, isTotal, isKeywordOnly) : [];
  const inherited = ancestry.bases.flatMap(inheritedRecord);
  const fields = new Map<string, Field>();
  for (const field of [...inherited.flatMap((shape) => shape.fields), ...own]) {
    const isHidden = (field as Partial<ReadField>).isOnlyInConstructor ?? false;
    if (!isHidden) fields.set(field.name, field);
  }
  const construct =
    flavor === "typed-dict" ? undefined : constructorOf(context, declaration, ancestry, inherited, own);
  return { kind: "record", flavor, fields: [...fields.values()], construct };
}

function inheritedRecord(base: PythonType): RecordShape[] {
  if (base.kind !== "declared" || base.declaration.shape.kind !== "record") return [];
  const { shape, typeParameters } = base.declaration;
  const values = new Map(typeParameters.map(({ name }, at) => [name, base.args[at] ?? UNKNOWN]));
  const fields = shape.fields.map((field) => ({ ...field, type: substitute(field.type, values) }));
  const construct = shape.construct && substituteFunction(shape.construct, values);
  return [{ ...shape, fields, construct }];
}

/** What the constructor takes: a written `__init__`, else the fields. */
function constructorOf(
  context: HintContext,
  declaration: Declaration,
  ancestry: Ancestry,
  inherited: readonly RecordShape[],
  own: readonly ReadField[],
): FunctionModel | undefined {
  const { source } = context.module;
  const { tree, bytes } = source;
  const result: PythonType = {
    kind: "declared",
    declaration,
    args: declaration.typeParameters.map((variable) => ({ kind: "variable", variable })),
  };
  const written = tree
    .children(ancestry.parts.body)
    .find((child) => tree.kind(child) === NodeKind.FunctionDef && tree.name(child) === "__init__");
  if (written !== undefined) {
    const init = readFunction(context, {
      name: declaration.name,
      node: written,
      overloads: [],
      isBound: true,
    });
    return { ...init, signatures: init.signatures.map((signature) => ({ ...signature, result })) };
  }
  if (ancestry.dataclassOptions?.has("init=False")) return undefined;
  if (own.some((field) => field.hasAlias)) return undefined;
  if (inherited.some((shape) => shape.construct === undefined && shape.flavor !== "typed-dict"))
    return undefined;
  const parameters = new Map<string, ParameterModel>();
  for (const shape of inherited)
    for (const one of shape.construct?.signatures[0]?.parameters ?? []) parameters.set(one.name, one);
  for (const field of own) {
    if (!field.inConstructor) continue;
    const kind: ParameterKind = field.isKeywordOnly ? "keyword-only" : "positional-or-keyword";
    parameters.set(field.name, { name: field.name, kind, type: field.type, hasDefault: field.hasDefault });
  }
  const byKind = (kind: ParameterKind) => [...parameters.values()].filter((one) => one.kind === kind);
  return {
    name: declaration.name,
    docstring: docstringOf(tree, bytes, ancestry.parts.body),
    signatures: [
      {
        typeParameters: declaration.typeParameters,
        parameters: [...byKind("positional-or-keyword"), ...byKind("keyword-only")],
        result,
      },
    ],
    isGenerator: false,
    notes: [],
  };
}
