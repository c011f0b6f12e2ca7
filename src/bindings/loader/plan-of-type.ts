/** Type hints to what has to be done with an argument before it is sent (docs/types.md, the columns of arguments). */
import { plainType } from "../hints/plain-types.js";
import type { Declaration, PythonType, RecordShape } from "../model/python-model.js";
import type { Alternative, Form, Plan } from "../runtime/argument-plan.js";

/** Plans of one module; those of classes and aliases are kept by number, because they can refer to themselves. */
export class Planner {
  readonly plans: (Plan | null)[] = [];
  readonly #numbers = new Map<Declaration, number>();

  /** What to do with an argument of the type; null: nothing. */
  planOf(type: PythonType): Plan | null {
    switch (type.kind) {
      case "plain": {
        const { construct } = plainType(type.name) as { readonly construct?: string };
        return construct === undefined ? null : { make: construct };
      }
      case "enum-member":
        return make(type.declaration);
      case "union":
        return this.#either(type.members);
      case "list":
        return this.#wrapped(type.as === "deque" ? "collections.deque" : undefined, this.#each(type.item));
      case "iterable":
        return this.#each(type.item);
      case "set":
        return this.#wrapped(type.as === "frozenset" ? "frozenset" : undefined, this.#each(type.item));
      case "dict": {
        const keys = this.planOf(type.key);
        const values = this.planOf(type.value);
        const inner = keys === null && values === null ? null : { keys, values };
        const as = type.as === "OrderedDict" || type.as === "Counter" ? `collections.${type.as}` : undefined;
        return this.#wrapped(as, inner);
      }
      case "tuple": {
        const rest = type.items.findIndex((item) => item.isVariadic);
        return { tuple: type.items.map((item) => this.planOf(item.type)), rest: rest === -1 ? null : rest };
      }
      case "declared":
        return this.#declared(type.declaration);
      default:
        return null;
    }
  }

  #each(item: PythonType): Plan | null {
    const each = this.planOf(item);
    return each === null ? null : { each };
  }

  #wrapped(as: string | undefined, inner: Plan | null): Plan | null {
    return as === undefined ? inner : { make: as, inner };
  }

  #declared(declaration: Declaration): Plan | null {
    const { shape } = declaration;
    if (shape.kind === "class") return null;
    let number = this.#numbers.get(declaration);
    if (number === undefined) {
      number = this.plans.push(null) - 1;
      this.#numbers.set(declaration, number);
      this.plans[number] = this.#planOfShape(declaration);
    }
    // While it is being made nobody knows whether it will be empty.
    return { plan: number };
  }

  #planOfShape(declaration: Declaration): Plan | null {
    const { shape } = declaration;
    switch (shape.kind) {
      case "alias":
      case "new-type":
        return this.planOf(shape.target);
      case "subclass":
        return { ...make(declaration), inner: this.planOf(shape.target) };
      case "enum":
        return make(declaration);
      case "record":
        return this.#record(declaration, shape);
      default:
        return null;
    }
  }

  #record(declaration: Declaration, shape: RecordShape): Plan | null {
    const taken =
      shape.flavor === "typed-dict" ? shape.fields : (shape.construct?.signatures[0]?.parameters ?? []);
    const entries = taken.map(({ name, type }) => [name, this.planOf(type)] as const);
    const fields = Object.fromEntries(entries);
    if (shape.flavor !== "typed-dict") return { build: placeOf(declaration), fields };
    return entries.every(([, plan]) => plan === null) ? null : { fields };
  }

  #either(members: readonly PythonType[]): Plan | null {
    const plans = members.map((member) => this.planOf(member));
    if (plans.every((plan) => plan === null)) return null;
    // What needs nothing comes first: of `str | Path`, text stays text.
    const alternatives = members.flatMap((member, at): Alternative[] =>
      this.#forms(member, 0).map((form) => ({ form, plan: plans[at] ?? null })),
    );
    const isReady = (alternative: Alternative) => Number(alternative.plan !== null);
    const specific = (alternative: Alternative) => (alternative.form === "any" ? 1 : 0);
    return { either: alternatives.sort((a, b) => isReady(a) - isReady(b) || specific(a) - specific(b)) };
  }

  /** What values of the type look like in TypeScript. */
  #forms(type: PythonType, depth: number): Form[] {
    if (depth > MAX_ALIASES) return ["any"];
    switch (type.kind) {
      case "none":
        return ["null"];
      case "plain":
        return FORMS[type.name] ?? ["any"];
      case "literal":
        return [
          typeof type.value === "bigint" ? "number" : type.value === null ? "null" : formOf(type.value),
        ];
      case "literal-bytes":
        return ["bytes"];
      case "enum-member":
        return ["string", "number", "boolean"];
      case "list":
      case "tuple":
        return ["array"];
      case "iterable":
        return ["array", "set"];
      case "set":
        return ["set"];
      case "dict":
        return ["map"];
      case "union":
        return type.members.flatMap((member) => this.#forms(member, depth + 1));
      case "declared":
        return this.#formsOfShape(type.declaration, depth);
      default:
        return ["any"];
    }
  }

  #formsOfShape({ shape }: Declaration, depth: number): Form[] {
    if (shape.kind === "enum") return ["string", "number", "boolean"];
    if (shape.kind === "class") return ["any"];
    if (shape.kind !== "record") return this.#forms(shape.target, depth + 1);
    const properties =
      shape.flavor === "typed-dict"
        ? shape.fields.filter(({ isRequired }) => isRequired)
        : (shape.construct?.signatures[0]?.parameters ?? []).filter(({ hasDefault }) => !hasDefault);
    return [{ properties: properties.map(({ name }) => name) }];
  }
}

const MAX_ALIASES = 20;

const FORMS: Readonly<Record<string, Form[]>> = {
  bool: ["boolean"],
  int: ["number"],
  float: ["number"],
  complex: ["number"],
  str: ["string"],
  bytes: ["bytes"],
  bytearray: ["bytes"],
  memoryview: ["bytes"],
  datetime: ["date"],
  date: ["string"],
  time: ["string"],
  timedelta: ["number"],
  Decimal: ["string", "number"],
  Fraction: ["string", "number"],
  UUID: ["string"],
  Path: ["string"],
  PurePath: ["string"],
};

function formOf(value: string | boolean): Form {
  return typeof value === "string" ? "string" : "boolean";
}

function make(declaration: Declaration): { readonly make: string } {
  return { make: placeOf(declaration) };
}

/** A class by the file that defines it. */
function placeOf({ file, name }: Declaration): string {
  return `${file}:${name}`;
}
