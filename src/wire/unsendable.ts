/** What cannot be sent to Python, and where in a value it is. The search is slow, and only run after encoding failed. */
import { NotSendable } from "../errors.js";
import { FIRST_DATETIME_MS, LAST_DATETIME_MS } from "./dates.js";
import { SharedValue } from "./shared.js";
import { Complex, Constructed, Float, NdArray, Tuple } from "./special-values.js";
import { looksLikeTable } from "./tables.js";

/** For both directions. CPython's marshal stops at 2000 levels, and Node's stack would not carry many more. */
export const MAX_DEPTH = 1000;

export const FREED = "the shared array was freed before the call was sent";

/** What a message may hold besides data. */
export interface Passing {
  readonly functions: boolean;
  readonly iterables: boolean;
}

const DATA_ONLY: Passing = { functions: false, iterables: false };

/** What gives its items one by one and is not sent as a whole, as arrays, maps and sets are. */
export function isIterable(value: object): boolean {
  if (Symbol.asyncIterator in value) return true;
  return Symbol.iterator in value && !(value instanceof String) && !looksLikeTable(value);
}

/** Why an object cannot travel; undefined when it can, as far as itself is concerned. */
export function reasonAgainst(value: object, mayIterate = false): string | undefined {
  if (typeof (value as { then?: unknown }).then === "function") {
    return `${article(nameOf(value))} cannot be sent to Python; await it first`;
  }
  if (value instanceof Date) {
    const time = value.getTime();
    if (Number.isNaN(time)) return "an invalid Date cannot be sent to Python";
    return time < FIRST_DATETIME_MS || time > LAST_DATETIME_MS
      ? "Python has no datetime before the year 1 or after 9999"
      : undefined;
  }
  if (value instanceof SharedValue) return value.reference === undefined ? FREED : undefined;
  if (value instanceof NdArray) {
    const { data, shape } = value;
    return shape.reduce((product, side) => product * side, 1) === data.length
      ? undefined
      : `an NdArray of ${data.length} numbers cannot have the shape [${shape.join(", ")}]`;
  }
  if (looksLikeTable(value))
    return "an Arrow table can only be sent by a pool that was given the library that made it: createPool({ arrow, … })";
  if (value instanceof Error) return "an Error cannot be sent to Python; send its message or its stack";
  // These keep what they are made of to themselves: as an object of their properties they would arrive empty.
  const isOpaque =
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof WeakRef ||
    value instanceof RegExp ||
    value instanceof Symbol;
  if (isOpaque) return `a ${nameOf(value)} cannot be sent to Python`;
  return typeof (value as { next?: unknown }).next === "function" && isIterable(value) && !mayIterate
    ? "an iterator cannot be sent to Python here; send an array of its items"
    : undefined;
}

/** Why an object cannot be a dict's key or a set's member in Python; arrays, Tuples and Sets can. */
export function reasonAgainstKey(value: object): string | undefined {
  const hasHash =
    value instanceof Date ||
    value instanceof Complex ||
    (value instanceof Constructed && !value.isKeywords) ||
    value instanceof Float ||
    value instanceof Uint8Array ||
    value instanceof ArrayBuffer ||
    value instanceof String ||
    value instanceof Number ||
    value instanceof Boolean;
  return hasHash
    ? undefined
    : `${article(nameOf(value))} cannot be a key or a member of a set in Python (unhashable)`;
}

/** The error to show for `root`; `reason` is what the encoder said. */
export function explainUnsendable(root: unknown, reason: string, passing = DATA_ONLY): NotSendable {
  if (typeof root !== "object" || root === null) return new NotSendable("value", reason);
  for (const [key, item] of Object.entries(root)) {
    const found = search(item, Array.isArray(root) ? `arguments[${key}]` : key, [], passing);
    if (found !== undefined) return found;
  }
  return new NotSendable("arguments", reason);
}

function search(
  value: unknown,
  path: string,
  inside: readonly object[],
  passing: Passing,
): NotSendable | undefined {
  if (typeof value === "function" && passing.functions) return undefined;
  if (typeof value === "function" || typeof value === "symbol") {
    return new NotSendable(path, `a ${typeof value} cannot be sent to Python`);
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  if (inside.includes(value)) return new NotSendable(path, "the value contains itself");
  if (inside.length >= MAX_DEPTH) return new NotSendable(path, `nested deeper than ${MAX_DEPTH} levels`);
  try {
    const deeper = [...inside, value];
    const toJSON = value instanceof Date ? undefined : (value as { toJSON?: unknown }).toJSON;
    if (typeof toJSON === "function") return search(toJSON.call(value), path, deeper, passing);
    const reason = reasonAgainst(value, passing.iterables);
    if (reason !== undefined) return new NotSendable(path, reason);
    for (const [key, item, isKey] of children(value)) {
      const against = isKey && isObject(item) && !isContainer(item) ? reasonAgainstKey(item) : undefined;
      if (against !== undefined) return new NotSendable(`${path}${key}`, against);
      const found = search(item, `${path}${key}`, deeper, passing);
      if (found !== undefined) return found;
    }
    return undefined;
  } catch (error) {
    return new NotSendable(path, `reading it failed: ${String(error)}`);
  }
}

/** What is in an object: its place, the item, and whether Python must be able to hash it. */
function* children(value: object): Iterable<[string, unknown, boolean]> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield [`[${i}]`, item, false];
  else if (value instanceof Tuple)
    for (const [i, item] of value.items.entries()) yield [`[${i}]`, item, false];
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      yield [" key", key, true];
      yield [`[${String(key)}]`, item, false];
    }
  } else if (value instanceof Set) for (const item of value) yield ["{…}", item, true];
  else for (const [key, item] of Object.entries(value)) yield [`.${key}`, item, false];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isContainer(value: object): boolean {
  return Array.isArray(value) || value instanceof Tuple || value instanceof Set;
}

function nameOf(value: object): string {
  const name = value.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "object";
}

function article(name: string): string {
  return /^[AEIOU]/i.test(name) ? `an ${name}` : `a ${name}`;
}
