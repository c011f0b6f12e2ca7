/**
 * How an argument becomes what its type hint says: made from the hint when a module is read, sent as plain data into
 * the generated code, carried out at each call. Most hints need nothing.
 */
import { Constructed, Tuple } from "../../wire/index.js";

export type Plan =
  /** A type that the worker makes of the value, after `inner` was done to it. */
  | { readonly make: string; readonly inner?: Plan | null }
  /** A class that the worker calls with the properties as keyword arguments. */
  | { readonly build: string; readonly fields: Readonly<Record<string, Plan | null>> }
  | { readonly fields: Readonly<Record<string, Plan | null>> }
  | { readonly each: Plan }
  | { readonly keys: Plan | null; readonly values: Plan | null }
  | { readonly tuple: readonly (Plan | null)[]; readonly rest: number | null }
  | { readonly either: readonly Alternative[] }
  /** Number of a plan of the module: types that refer to themselves. */
  | { readonly plan: number };

/** A member of a union: the plan for values of this form. */
export interface Alternative {
  readonly form: Form;
  readonly plan: Plan | null;
}

/** What a value looks like; an object by the properties that it must have. */
export type Form =
  | "any"
  | "null"
  | "boolean"
  | "number"
  | "string"
  | "bytes"
  | "array"
  | "set"
  | "map"
  | "date"
  | { readonly properties: readonly string[] };

/** Values nested deeper than this are sent as they are; the wire's own limit is the same. */
const MAX_DEPTH = 1_000;

/** The value to send for an argument. */
export function applyPlan(
  plan: Plan | null | undefined,
  value: unknown,
  plans: readonly Plan[],
  depth = 0,
): unknown {
  if (plan === null || plan === undefined || value === null || value === undefined || depth > MAX_DEPTH)
    return value;
  const inner = (part: Plan | null | undefined, item: unknown) => applyPlan(part, item, plans, depth + 1);
  if ("plan" in plan) return applyPlan(plans[plan.plan], value, plans, depth);
  if ("either" in plan) return inner(plan.either.find(({ form }) => hasForm(value, form))?.plan, value);
  if ("make" in plan)
    return value instanceof Constructed ? value : new Constructed(plan.make, inner(plan.inner, value), false);
  if ("build" in plan)
    return isPlainObject(value)
      ? new Constructed(plan.build, mapFields(value, plan.fields, inner), true)
      : value;
  if ("fields" in plan) return isPlainObject(value) ? mapFields(value, plan.fields, inner) : value;
  if ("each" in plan) {
    if (Array.isArray(value)) return value.map((item) => inner(plan.each, item));
    if (value instanceof Set) return new Set([...value].map((item) => inner(plan.each, item)));
    return isAsync(value) ? mapItems(value, (item) => inner(plan.each, item)) : value;
  }
  if ("keys" in plan) {
    if (!(value instanceof Map) && !isPlainObject(value)) return value;
    const entries = value instanceof Map ? value : Object.entries(value);
    return new Map([...entries].map(([key, item]) => [inner(plan.keys, key), inner(plan.values, item)]));
  }
  if (!Array.isArray(value)) return value;
  return new Tuple(...value.map((item, at) => inner(planOfItem(plan, at, value.length), item)));
}

function isAsync(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** Python reads it item by item; each becomes what the hint says when it is read. */
async function* mapItems(items: AsyncIterable<unknown>, map: (item: unknown) => unknown) {
  for await (const item of items) yield map(item);
}

/** With one variadic entry, those before it count from the start and those behind it from the end. */
function planOfItem(
  { tuple, rest }: { readonly tuple: readonly (Plan | null)[]; readonly rest: number | null },
  at: number,
  length: number,
): Plan | null | undefined {
  if (rest === null || at < rest) return tuple[at];
  const behind = tuple.length - rest - 1;
  return at < length - behind ? tuple[rest] : tuple[tuple.length - (length - at)];
}

function mapFields(
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Plan | null>>,
  inner: (plan: Plan | null | undefined, item: unknown) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    if (item !== undefined) result[name] = Object.hasOwn(fields, name) ? inner(fields[name], item) : item;
  return result;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasForm(value: unknown, form: Form): boolean {
  if (typeof form === "object")
    return isPlainObject(value) && form.properties.every((name) => Object.hasOwn(value, name));
  switch (form) {
    case "any":
      return true;
    case "null":
      return value === null || value === undefined;
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    case "bytes":
      return value instanceof Uint8Array || value instanceof ArrayBuffer;
    case "array":
      return Array.isArray(value);
    case "set":
      return value instanceof Set;
    case "map":
      return value instanceof Map || isPlainObject(value);
    case "date":
      return value instanceof Date;
    default:
      return typeof value === form;
  }
}
