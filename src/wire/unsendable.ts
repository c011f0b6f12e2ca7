/** Finds out where in a value the thing is that cannot be sent. Slow, and only run after encoding has failed. */
import { NotSendable } from "../errors.js";

/** CPython refuses to read values deeper than 2000 levels; stop before, with a message that names the place. */
export const MAX_DEPTH = 1000;

/** The error to show for `root`; `reason` is what the encoder said. */
export function explainUnsendable(root: unknown, reason: string): NotSendable {
  const names = Array.isArray(root)
    ? (key: string | number) => `arguments[${key}]`
    : (key: string | number) => `${key}`;
  const isOptions = !Array.isArray(root) && typeof root === "object" && root !== null;
  if (!Array.isArray(root) && !isOptions) return new NotSendable("value", reason);
  for (const [key, item] of Object.entries(root as object)) {
    const found = search(item, names(key), []);
    if (found !== undefined) return found;
  }
  return new NotSendable("arguments", reason);
}

function search(value: unknown, path: string, inside: readonly object[]): NotSendable | undefined {
  if (typeof value === "function" || typeof value === "symbol") {
    return new NotSendable(path, `a ${typeof value} cannot be sent to Python`);
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  if (inside.includes(value)) return new NotSendable(path, "the value contains itself");
  if (inside.length >= MAX_DEPTH) return new NotSendable(path, `nested deeper than ${MAX_DEPTH} levels`);
  if (value instanceof Promise)
    return new NotSendable(path, "a Promise cannot be sent to Python; await it first");
  if (value instanceof Error) {
    return new NotSendable(path, "an Error cannot be sent to Python; send its message or its stack");
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? new NotSendable(path, "an invalid Date cannot be sent to Python")
      : undefined;
  }
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
    return new NotSendable(path, `a ${value.constructor.name} cannot be sent to Python`);
  }
  const deeper = [...inside, value];
  for (const [key, item] of children(value)) {
    const found = search(item, `${path}${key}`, deeper);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* children(value: object): Iterable<[string, unknown]> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield [`[${i}]`, item];
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      yield [" key", key];
      yield [`[${String(key)}]`, item];
    }
  } else if (value instanceof Set) for (const item of value) yield ["{…}", item];
  else for (const [key, item] of Object.entries(value)) yield [`.${key}`, item];
}
