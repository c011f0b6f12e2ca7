/** Members of an Enum with their values, where these are constants. */
import { ConstantKind, NodeKind } from "../../analyzer/index.js";
import { classStatements } from "../source/module-scope.js";
import type { PythonSource } from "../source/python-source.js";
import type { EnumMember, EnumShape, LiteralValue } from "./python-model.js";

/** What `auto()` counts with. */
export type EnumFlavor = "number" | "flag" | "text";

const PRIVATE = /^_/;
/** Methods that decide on the values. */
const DECIDING = new Set(["__new__", "_generate_next_value_"]);

export function readEnum(source: PythonSource, node: number, flavor: EnumFlavor): EnumShape {
  const { tree } = source;
  const members: EnumMember[] = [];
  let isComputed = false;
  for (const statement of classStatements(source, node)) {
    const kind = tree.kind(statement);
    if (kind === NodeKind.FunctionDef && DECIDING.has(tree.name(statement))) isComputed = true;
    const isValue =
      kind === NodeKind.Assign || (kind === NodeKind.AnnAssign && tree.children(statement).length > 2);
    if (!isValue) continue;
    const [target = 0] = tree.children(statement);
    const name = tree.name(target);
    if (tree.kind(target) !== NodeKind.Name || PRIVATE.test(name)) continue;
    members.push({ name, value: memberValue(source, tree.lastChild(statement), flavor, members, name) });
  }
  const known = isComputed ? members.map(({ name }) => ({ name, value: undefined })) : members;
  return { kind: "enum", members: known, isFlag: flavor === "flag" };
}

/** `Enum("Color", "RED GREEN")`, `Enum("Color", ["RED", "GREEN"])`. */
export function enumOfNames(source: PythonSource, names: number, flavor: EnumFlavor): EnumShape {
  const text = source.string(names);
  const list = text?.split(/[\s,]+/) ?? source.elements(names).map((element) => source.string(element) ?? "");
  const members: EnumMember[] = [];
  for (const name of list) if (name !== "") members.push({ name, value: automatic(flavor, members, name) });
  return { kind: "enum", members, isFlag: flavor === "flag" };
}

function memberValue(
  source: PythonSource,
  node: number,
  flavor: EnumFlavor,
  before: readonly EnumMember[],
  name: string,
): LiteralValue | undefined {
  const { tree } = source;
  if (tree.kind(node) === NodeKind.Call) {
    const isAuto = source.dotted(tree.firstChild(node))?.at(-1) === "auto";
    return isAuto ? automatic(flavor, before, name) : undefined;
  }
  if (source.isConstant(node, ConstantKind.True)) return true;
  if (source.isConstant(node, ConstantKind.False)) return false;
  if (source.isConstant(node, ConstantKind.None)) return null;
  return source.string(node) ?? source.integer(node) ?? shifted(source, node);
}

/** `1 << 3`, as flags are often written. */
function shifted(source: PythonSource, node: number): bigint | undefined {
  const { tree } = source;
  const match =
    tree.kind(node) === NodeKind.BinOp ? /^(\d+)\s*<<\s*(\d{1,3})$/.exec(source.text(node)) : null;
  return match === null ? undefined : BigInt(match[1] ?? 0) << BigInt(match[2] ?? 0);
}

/** The value of `auto()`; unknown once a value before it is. */
function automatic(
  flavor: EnumFlavor,
  before: readonly EnumMember[],
  name: string,
): LiteralValue | undefined {
  if (flavor === "text") return name.toLowerCase();
  const values = before.map(({ value }) => value).filter((value) => typeof value === "bigint");
  const last = values.at(-1);
  if (values.length < before.length) return undefined;
  let highest = last ?? 0n;
  for (const value of values) if (value > highest) highest = value;
  // Python 3.13 counts from the highest value, older ones from the last.
  if (flavor === "number") return last === undefined ? 1n : last === highest ? highest + 1n : undefined;
  let next = 1n;
  while (next <= highest) next <<= 1n;
  return next;
}
