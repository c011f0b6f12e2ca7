/** Types that are made by a call: NewType, NamedTuple, namedtuple, TypedDict, Enum. */
import { NodeKind } from "../../analyzer/index.js";
import { UNKNOWN } from "../hints/build-type.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import type { Field, PythonType, Shape } from "./python-model.js";
import { enumOfNames } from "./read-enum.js";

/** How to read the type; undefined for a call that makes none. */
export function readCalledType(
  context: HintContext,
  call: number,
  callee: string,
): (() => Shape) | undefined {
  const { source } = context.module;
  const { tree } = source;
  const [, , second = 0, ...rest] = tree.children(call);
  const hint = (node: number) => readHint(context, { fragment: source, node });
  switch (callee) {
    case "typing.NewType":
      return () => ({ kind: "new-type", target: hint(second) });
    case "typing.NamedTuple":
      return () => record("named-tuple", pairs(context, second));
    case "collections.namedtuple":
      return () => record("named-tuple", names(context, second));
    case "typing.TypedDict": {
      const isTotal = !rest.some(
        (node) => tree.name(node) === "total" && source.text(node).includes("False"),
      );
      return () => record("typed-dict", entries(context, second, isTotal));
    }
    case "enum.Enum":
    case "enum.IntEnum":
      return () => enumOfNames(source, second, "number");
    case "enum.StrEnum":
      return () => enumOfNames(source, second, "text");
    case "enum.Flag":
    case "enum.IntFlag":
      return () => enumOfNames(source, second, "flag");
    default:
      return undefined;
  }
}

function record(flavor: "named-tuple" | "typed-dict", fields: readonly Field[]): Shape {
  return { kind: "record", flavor, fields, construct: undefined };
}

function field(name: string, type: PythonType, isRequired = true): Field {
  return { name, type, isRequired, docstring: undefined };
}

/** `[("x", int), ("y", int)]` */
function pairs(context: HintContext, list: number): Field[] {
  const { source } = context.module;
  return source.elements(list).flatMap((element) => {
    const [name = 0, type = 0] = source.elements(element);
    const text = source.string(name);
    const hint = { fragment: source, node: type };
    return text === undefined ? [] : [field(text, readHint(context, hint))];
  });
}

/** `"x y"` or `["x", "y"]` */
function names({ module: { source } }: HintContext, node: number): Field[] {
  const text = source.string(node);
  const list = text?.split(/[\s,]+/) ?? source.elements(node).map((element) => source.string(element) ?? "");
  return list.filter((name) => name !== "").map((name) => field(name, UNKNOWN));
}

/** `{"x": int}` */
function entries(context: HintContext, dict: number, isTotal: boolean): Field[] {
  const { source } = context.module;
  const { tree } = source;
  if (tree.kind(dict) !== NodeKind.Dict) return [];
  const children = tree.children(dict);
  const fields: Field[] = [];
  for (let at = 0; at + 1 < children.length; at += 2) {
    const name = source.string(children[at] ?? 0);
    const value = children[at + 1] ?? 0;
    if (name === undefined) continue;
    const text = source.text(value);
    const isRequired = isTotal ? !/^(\w+\.)?NotRequired\[/.test(text) : /^(\w+\.)?Required\[/.test(text);
    fields.push(field(name, readHint(context, { fragment: source, node: value }), isRequired));
  }
  return fields;
}
