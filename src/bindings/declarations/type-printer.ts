/**
 * Types to TypeScript, once as what arrives from Python and once as what may be sent to it; docs/types.md is the table
 * that this follows.
 */
import { numpyScalar } from "../hints/numpy-types.js";
import { plainType } from "../hints/plain-types.js";
import type { Declaration, LiteralValue, PythonType, TypeVariable } from "../model/python-model.js";
import { keyForm } from "./key-form.js";

export type Direction = "arrives" | "sends";

export interface PrinterContext {
  /** What the declarations call a class or alias. */
  nameOf(declaration: Declaration, direction: Direction): string;
  /** What a `datetime` becomes, as the pool is configured. */
  readonly dateTime: "Date" | "string";
  /** What an `int` becomes. */
  readonly int: string;
}

export class TypePrinter {
  /** Variables of the function being printed that an argument can give a type to; others would be anyone's guess. */
  inferable: ReadonlySet<string> = new Set();

  constructor(readonly context: PrinterContext) {}

  print(type: PythonType, direction: Direction): string {
    return direction === "arrives" ? this.#arrives(type, false) : this.#sends(type);
  }

  /** What may be sent as a property that has to be there: `undefined` would leave it out. */
  printRequired(type: PythonType): string {
    const members = type.kind === "union" ? type.members : [type];
    return printUnion(members.map((member) => (member.kind === "none" ? "null" : this.#sends(member))));
  }

  #arrives(type: PythonType, isKey: boolean): string {
    const inner = (part: PythonType) => this.#arrives(part, isKey);
    switch (type.kind) {
      case "any":
        return "any";
      case "unknown":
        return "unknown";
      case "never":
        return "never";
      case "none":
        return "null";
      case "plain":
        return this.#resolve(plainType(type.name).arrives);
      case "literal":
        return printLiteral(type.value);
      case "literal-bytes":
        return "Buffer";
      case "enum-member": {
        const { shape } = type.declaration;
        const member =
          shape.kind === "enum" ? shape.members.find(({ name }) => name === type.member) : undefined;
        return member?.value === undefined ? "unknown" : printLiteral(member.value);
      }
      case "union":
        return printUnion(type.members.map(inner));
      case "list":
        return arrayOf(inner(type.item));
      case "iterable": {
        const item = inner(type.item);
        return printUnion([arrayOf(item), `Set<${item}>`]);
      }
      case "set":
        return `Set<${this.#arrives(type.item, true)}>`;
      case "dict":
        return this.#dict(type.key, type.value);
      case "tuple":
        return printTuple(
          type.items.map((item) => ({ text: inner(item.type), isVariadic: item.isVariadic })),
          "",
        );
      case "callable": {
        const parameters = type.parameters?.map((part, at) => `arg${at}: ${this.#sends(part)}`);
        return `(${parameters?.join(", ") ?? "...args: unknown[]"}) => Promise<${inner(type.result)}>`;
      }
      case "iterator":
        return `AsyncIterable<${inner(type.item)}>`;
      case "ndarray":
        return printArray(type.scalar, type.isFlat);
      case "declared":
        return isKey ? this.#declaredKey(type) : this.#declared(type, "arrives");
      case "variable":
        return this.#variable(type.variable, "arrives");
      case "awaitable":
      case "resident":
        return "nogil.Reference";
    }
  }

  #sends(type: PythonType): string {
    const inner = (part: PythonType) => this.#sends(part);
    switch (type.kind) {
      case "none":
        return "null | undefined";
      case "plain": {
        const { sends } = plainType(type.name);
        return sends === undefined ? "nogil.Reference" : sends;
      }
      case "literal-bytes":
        return "Uint8Array";
      case "union":
        return printUnion(type.members.map(inner));
      case "list":
        return arrayOf(inner(type.item), "readonly ");
      case "iterable": {
        const item = inner(type.item);
        return `${arrayOf(item, "readonly ")} | ReadonlySet<${item}>`;
      }
      case "set":
        return `ReadonlySet<${inner(type.item)}>`;
      case "dict":
        return this.#sendsDict(type.key, type.value, type.as === "defaultdict");
      case "tuple":
        return printTuple(
          type.items.map((item) => ({ text: inner(item.type), isVariadic: item.isVariadic })),
          "readonly ",
        );
      case "callable": {
        const parameters = type.parameters?.map((part, at) => `arg${at}: ${this.#arrives(part, false)}`);
        const result = inner(type.result);
        return `(${parameters?.join(", ") ?? "...args: unknown[]"}) => ${result} | Promise<${result}>`;
      }
      case "iterator": {
        const item = inner(type.item);
        return `Iterable<${item}> | AsyncIterable<${item}>`;
      }
      case "declared":
        return this.#declared(type, "sends");
      case "variable":
        return this.#variable(type.variable, "sends");
      case "ndarray":
        return type.scalar !== undefined && numpyScalar(type.scalar)?.array === undefined
          ? "readonly unknown[]"
          : printArray(type.scalar, type.isFlat);
      default:
        return this.#arrives(type, false);
    }
  }

  /** `nogil.` types that depend on how the pool is configured. */
  #resolve(text: string): string {
    return text.replace("nogil.DateTime", this.context.dateTime).replace("nogil.Int", this.context.int);
  }

  #dict(key: PythonType, value: PythonType): string {
    const item = this.#arrives(value, false);
    const form = keyForm(key, this.context.dateTime === "string");
    const keys = this.#arrives(key, true);
    // Written out, because TypeScript lets a type refer to itself inside of these and not inside of an alias.
    if (form === "text") return keys === "string" ? indexed(item) : `{ [K in ${keys}]?: ${item} }`;
    // An empty dict has no key that would tell what it is, and arrives as an empty object.
    return `Map<${keys}, ${item}> | ${indexed(form === "other" ? "never" : item)}`;
  }

  #sendsDict(key: PythonType, value: PythonType, isDefault: boolean): string {
    if (isDefault) return "nogil.Reference";
    const item = this.#sends(value);
    const keys = this.#sends(key);
    const map = `ReadonlyMap<${keys}, ${item}>`;
    const form = keyForm(key, false);
    if (form === "other") return map;
    const isText = keys === "string" || form === "mixed" || keys.includes("string");
    const record = isText ? `{ readonly [key: string]: ${item} }` : `{ readonly [K in ${keys}]?: ${item} }`;
    return `${record} | ${map}`;
  }

  #declared(type: PythonType & { kind: "declared" }, direction: Direction): string {
    const name = this.context.nameOf(type.declaration, direction);
    if (type.args.length === 0) return name;
    return `${name}<${type.args.map((argument) => this.print(argument, direction)).join(", ")}>`;
  }

  /** A named tuple as a key or a member of a set is an array; a class with fields cannot be one. */
  #declaredKey(type: PythonType & { kind: "declared" }): string {
    const { shape } = type.declaration;
    if (shape.kind !== "record" || shape.flavor !== "named-tuple") return this.#declared(type, "arrives");
    return `[${shape.fields.map((field) => `${propertyLabel(field.name)}: ${this.#arrives(field.type, true)}`).join(", ")}]`;
  }

  #variable(variable: TypeVariable, direction: Direction): string {
    const { name, owner, bound } = variable;
    if (owner === "declaration") return name;
    if (!this.inferable.has(name)) return bound === undefined ? "unknown" : this.print(bound, direction);
    return direction === "arrives" ? `nogil.Echo<${name}>` : name;
  }
}

function indexed(item: string): string {
  return `{ [key: string]: ${item} }`;
}

function propertyLabel(name: string): string {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) ? name : "item";
}

export function printLiteral(value: LiteralValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "bigint") return String(value);
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? String(value) : `${value}n`;
}

/** Every part once, and `unknown` or `any` alone, as nothing else shows beside them. */
export function printUnion(parts: readonly string[]): string {
  const distinct = [...new Set(parts.map((part) => (part.includes("=>") ? `(${part})` : part)))];
  for (const whole of ["any", "unknown"]) if (distinct.includes(whole)) return whole;
  const some = distinct.filter((part) => part !== "never");
  return some.length === 0 ? "never" : some.join(" | ");
}

function arrayOf(item: string, modifier = ""): string {
  const isSimple = /^[\w.]+(<[\w., ]*>)?(\[\])*$/.test(item);
  return `${modifier}${isSimple ? item : `(${item})`}[]`;
}

function printTuple(items: readonly { text: string; isVariadic: boolean }[], modifier: string): string {
  const [only] = items;
  if (items.length === 1 && only?.isVariadic) return arrayOf(only.text, modifier);
  // TypeScript takes one rest element; several are one of everything.
  const variadic = items.filter((item) => item.isVariadic);
  if (variadic.length > 1) return arrayOf(printUnion(items.map(({ text }) => text)), modifier);
  const parts = items.map(({ text, isVariadic }) => (isVariadic ? `...${arrayOf(text)}` : text));
  return `${modifier}[${parts.join(", ")}]`;
}

/** A flat array is the TypedArray itself, any other shape an NdArray around it. */
function printArray(scalar: string | undefined, isFlat: boolean): string {
  if (scalar === undefined) return "nogil.TypedArray | nogil.NdArray | unknown[]";
  const array = numpyScalar(scalar)?.array;
  if (array === undefined) return "unknown[]";
  return isFlat ? array : `${array} | nogil.NdArray<${array}>`;
}
