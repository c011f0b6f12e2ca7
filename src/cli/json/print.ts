/**
 * Python's results as JSON (docs/cli.md lists every type). The text is always valid JSON, so values that JSON has no
 * form for get the one that protobuf's JSON mapping gives them where it has one: bytes in Base64, NaN and the
 * infinities as text.
 */
import { isNogilError, PythonError } from "../../errors.js";
import { Complex, NdArray } from "../../wire/index.js";

/** The JSON of any value that a worker can send, in one line. */
export function printJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return printNumber(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : printObject(value);
    default:
      return "null";
  }
}

function printNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function printObject(value: object): string {
  if (Array.isArray(value)) return printItems(value);
  if (value instanceof Map) return printMap(value);
  if (value instanceof Set) return printItems([...value]);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "null" : `"${value.toISOString()}"`;
  if (Buffer.isBuffer(value)) return `"${value.toString("base64")}"`;
  if (ArrayBuffer.isView(value)) return printItems([...(value as Float64Array)]);
  if (value instanceof NdArray) return printNested(value);
  if (value instanceof Complex) return printEntries(Object.entries(value));
  if (value instanceof Error) return printEntries(Object.entries(errorFields(value)));
  return printEntries(Object.entries(value));
}

function printItems(items: readonly unknown[]): string {
  return `[${items.map(printJson).join(",")}]`;
}

function printEntries(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${printJson(value)}`).join(",")}}`;
}

/** An object where every key has a text of its own, else the list of its entries. */
function printMap(map: ReadonlyMap<unknown, unknown>): string {
  const entries = Array.from(map, ([key, value]) => [keyText(key), value] as const);
  const texts = new Set(entries.map(([text]) => text));
  const isObject = !texts.has(undefined) && texts.size === map.size;
  return isObject ? printEntries(entries as [string, unknown][]) : printItems([...map]);
}

/** Keys as Python's own json module writes them: `1`, `true`, `null`. */
function keyText(key: unknown): string | undefined {
  if (typeof key === "string") return key;
  return key === null || ["number", "bigint", "boolean"].includes(typeof key) ? String(key) : undefined;
}

function printNested({ data, shape }: NdArray): string {
  const print = (axis: number, start: number): string => {
    const length = shape[axis];
    if (length === undefined) return printJson(data[start]);
    const step = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
    return `[${Array.from({ length }, (_, i) => print(axis + 1, start + i * step)).join(",")}]`;
  };
  return print(0, 0);
}

/** What a line of `nogil map` says of an error. */
export interface ErrorFields {
  /** The Python class, or the class of nogil's own error: `"ValueError"`, `"TaskTimeout"`. */
  readonly type: string;
  readonly message: string;
  /** Python's traceback; null for an error that Python did not raise. */
  readonly traceback: string | null;
}

/** The fields of an error, whatever it is. */
export function errorFields(error: unknown): ErrorFields {
  if (error instanceof PythonError) {
    const message = error.message.startsWith(`${error.type}: `)
      ? error.message.slice(error.type.length + 2)
      : "";
    return { type: error.type, message, traceback: error.traceback };
  }
  if (isNogilError(error)) return { type: error.name, message: error.message, traceback: null };
  return { type: "Error", message: error instanceof Error ? error.message : String(error), traceback: null };
}
