/** Is a value of a type? Asked of TypeScript's own checker, so that what is tested is the text of the declarations. */
import ts from "typescript";

/** Where the value is not of the type, in words; undefined where it is. */
export function mismatch(
  value: unknown,
  type: ts.Type,
  checker: ts.TypeChecker,
  path = "value",
): string | undefined {
  const wrong = () => `${path}: ${describe(value)} is no ${checker.typeToString(type)}`;
  const inner = (item: unknown, part: ts.Type, place: string) => mismatch(item, part, checker, path + place);
  if (type.isUnion()) {
    return type.types.some((part) => mismatch(value, part, checker, path) === undefined)
      ? undefined
      : wrong();
  }
  const { flags } = type;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return undefined;
  const isOf = (expected: boolean) => (expected ? undefined : wrong());
  if (flags & ts.TypeFlags.BooleanLiteral)
    return isOf(String(value) === checker.typeToString(type) && typeof value === "boolean");
  if (type.isStringLiteral() || type.isNumberLiteral()) return isOf(value === type.value);
  if (flags & ts.TypeFlags.BigIntLiteral)
    return isOf(typeof value === "bigint" && `${value}n` === checker.typeToString(type));
  if (flags & ts.TypeFlags.String) return isOf(typeof value === "string");
  if (flags & ts.TypeFlags.Number) return isOf(typeof value === "number");
  if (flags & ts.TypeFlags.BigInt) return isOf(typeof value === "bigint");
  if (flags & ts.TypeFlags.Null) return isOf(value === null);
  if (flags & ts.TypeFlags.Undefined) return isOf(value === undefined);
  if (flags & ts.TypeFlags.Never) return wrong();
  // A flavour: the base type and a property that no value has.
  if (type.isIntersection())
    return type.types
      .map((part) => (part.getProperties().length === 1 ? undefined : inner(value, part, "")))
      .find(Boolean);
  if (typeof value !== "object" || value === null) return wrong();
  const args = checker.getTypeArguments(type as ts.TypeReference);
  const [first, second] = args;
  const name = type.symbol?.name;
  if (checker.isTupleType(type)) {
    const isLong = Array.isArray(value) && value.length === args.length;
    if (!isLong) return wrong();
    return args.map((part, at) => inner(value[at], part, `[${at}]`)).find(Boolean);
  }
  if (checker.isArrayType(type) && first !== undefined) {
    if (!Array.isArray(value)) return wrong();
    return value.map((item, at) => inner(item, first, `[${at}]`)).find(Boolean);
  }
  if ((name === "Set" || name === "ReadonlySet") && first !== undefined) {
    if (!(value instanceof Set)) return wrong();
    return [...value].map((item) => inner(item, first, "{}")).find(Boolean);
  }
  if ((name === "Map" || name === "ReadonlyMap") && first !== undefined && second !== undefined) {
    if (!(value instanceof Map)) return wrong();
    return [...value]
      .map(([key, item]) => inner(key, first, " key") ?? inner(item, second, "[]"))
      .find(Boolean);
  }
  if (name === "Date") return isOf(value instanceof Date);
  if (name === "Buffer" || name === "Uint8Array") return isOf(value instanceof Uint8Array);
  return objectMismatch(value, type, checker, path);
}

function objectMismatch(
  value: object,
  type: ts.Type,
  checker: ts.TypeChecker,
  path: string,
): string | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return `${path}: ${describe(value)} is no ${checker.typeToString(type)}`;
  const index = type.getStringIndexType();
  const declared = new Set(type.getProperties().map(({ name }) => name));
  for (const property of type.getProperties()) {
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (!Object.hasOwn(value, property.name)) {
      if (isOptional) continue;
      return `${path}.${property.name} is missing`;
    }
    const item = (value as Record<string, unknown>)[property.name];
    const found = mismatch(item, checker.getTypeOfSymbol(property), checker, `${path}.${property.name}`);
    if (found !== undefined) return found;
  }
  for (const [name, item] of Object.entries(value)) {
    if (declared.has(name) || index === undefined) continue;
    const found = mismatch(item, index, checker, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Map) return `a Map of ${value.size}`;
  if (value instanceof Set) return `a Set of ${value.size}`;
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? `an object of ${value.constructor?.name}`
    : String(JSON.stringify(value));
}
