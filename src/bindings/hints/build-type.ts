/** Types as the reader makes them. */
import type { FunctionModel, PythonType } from "../model/python-model.js";
import type { PlainName } from "./plain-types.js";

export const UNKNOWN: PythonType = { kind: "unknown", why: undefined };
export const NONE: PythonType = { kind: "none" };
export const ANY: PythonType = { kind: "any" };

export function plain(name: PlainName): PythonType {
  return { kind: "plain", name };
}

/** A union without unions inside. */
export function union(members: readonly PythonType[]): PythonType {
  const flat = members.flatMap((member) => (member.kind === "union" ? member.members : [member]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind: "union", members: flat };
}

/** The type with variables replaced by what they stand for. */
export function substitute(type: PythonType, values: ReadonlyMap<string, PythonType>): PythonType {
  if (values.size === 0) return type;
  const inner = (part: PythonType) => substitute(part, values);
  switch (type.kind) {
    case "variable":
      return type.variable.owner === "declaration" ? (values.get(type.variable.name) ?? type) : type;
    case "union":
      return union(type.members.map(inner));
    case "list":
    case "iterable":
    case "set":
    case "iterator":
      return { ...type, item: inner(type.item) };
    case "dict":
      return { ...type, key: inner(type.key), value: inner(type.value) };
    case "tuple":
      return { kind: "tuple", items: type.items.map((item) => ({ ...item, type: inner(item.type) })) };
    case "callable":
      return { ...type, parameters: type.parameters?.map(inner), result: inner(type.result) };
    case "awaitable":
      return { kind: "awaitable", result: inner(type.result) };
    case "declared":
      return { ...type, args: type.args.map(inner) };
    default:
      return type;
  }
}

export function unknown(why: string): PythonType {
  return { kind: "unknown", why };
}

/** The function with the variables of its class replaced. */
export function substituteFunction(
  model: FunctionModel,
  values: ReadonlyMap<string, PythonType>,
): FunctionModel {
  if (values.size === 0) return model;
  const signatures = model.signatures.map((signature) => ({
    ...signature,
    parameters: signature.parameters.map((one) => ({ ...one, type: substitute(one.type, values) })),
    result: substitute(signature.result, values),
  }));
  return { ...model, signatures };
}
