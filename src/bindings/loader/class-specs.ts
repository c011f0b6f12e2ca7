/** Functions and classes of a module as the runtime needs them: what goes in, and what may stay in Python. */
import { union } from "../hints/build-type.js";
import type {
  Declaration,
  FunctionModel,
  ParameterModel,
  PythonType,
  Signature,
} from "../model/python-model.js";
import type { ClassSpec, FunctionSpec } from "../runtime/function-spec.js";
import type { Planner } from "./plan-of-type.js";

/** Aliases of aliases are followed this far. */
const MAX_ALIASES = 20;

/** The classes whose instances stay in Python, by number: their methods may give each other's. */
export class ClassSpecs {
  readonly specs: ClassSpec[] = [];
  readonly #planner: Planner;
  readonly #numbers = new Map<Declaration, number>();

  constructor(planner: Planner) {
    this.#planner = planner;
  }

  /** Number of a class; undefined where the declaration is something else. */
  numberOf(declaration: Declaration): number | undefined {
    const { shape } = declaration;
    if (shape.kind !== "class") return undefined;
    let number = this.#numbers.get(declaration);
    if (number === undefined) {
      // Before its methods are looked at: they may give objects of the same class.
      number = this.specs.push({ methods: {}, attributes: {} }) - 1;
      this.#numbers.set(declaration, number);
      const attributes: Record<string, true | number> = {};
      for (const { name, type } of shape.attributes) {
        const stays = this.#staying(type, 0);
        if (stays !== undefined) attributes[name] = stays;
      }
      const methods = shape.methods.map((model) => [model.name, this.#methodOf(model)] as const);
      this.specs[number] = { methods: Object.fromEntries(methods), attributes };
    }
    return number;
  }

  specOf(model: FunctionModel, name: string, kind: FunctionSpec["kind"]): FunctionSpec {
    const { parameters } = merged(model.signatures);
    const positional = parameters.filter(
      (one) => one.kind === "positional-only" || one.kind === "positional-or-keyword",
    );
    const variadic = parameters.find((one) => one.kind === "var-positional");
    const extra = parameters.find((one) => one.kind === "var-keyword");
    const named = parameters.filter((one) => one.kind === "keyword-only");
    const planOf = (one: ParameterModel) => this.#planner.planOf(one.type);
    const stays =
      kind === "call" ? this.#staying(union(model.signatures.map(({ result }) => result)), 0) : undefined;
    return {
      name,
      kind,
      positional: positional.map((one) => ({
        name: one.name,
        hasDefault: one.hasDefault,
        plan: planOf(one),
      })),
      positionalOnly: positional.filter((one) => one.kind === "positional-only").length,
      ...(variadic && { variadic: planOf(variadic) }),
      ...(named.length > 0 && {
        keywords: Object.fromEntries(named.map((one) => [one.name, planOf(one)])),
      }),
      ...(extra && { extra: planOf(extra) }),
      ...(stays !== undefined && { stays }),
    };
  }

  /** A method that says nothing of its result may give anything, and what cannot be sent stays. */
  #methodOf(model: FunctionModel): FunctionSpec {
    const spec = this.specOf(model, model.name, model.isGenerator ? "stream" : "call");
    const isOpen = model.signatures.some(({ result }) => result.kind === "unknown" || result.kind === "any");
    return isOpen && spec.stays === undefined ? { ...spec, stays: true } : spec;
  }

  /** Whether a value of the type is declared as one that stays in Python, and of which class it is. */
  #staying(type: PythonType, depth: number): true | number | undefined {
    if (depth > MAX_ALIASES) return undefined;
    switch (type.kind) {
      case "callable":
      case "awaitable":
      case "resident":
        return true;
      case "union": {
        const found = new Set(type.members.map((member) => this.#staying(member, depth + 1)));
        found.delete(undefined);
        // Of several classes nobody knows which one comes: its members go by what Python says.
        return found.size > 1 ? true : [...found][0];
      }
      case "declared": {
        const { shape } = type.declaration;
        if (shape.kind === "class") return this.numberOf(type.declaration);
        return shape.kind === "alias" || shape.kind === "new-type"
          ? this.#staying(shape.target, depth + 1)
          : undefined;
      }
      default:
        return undefined;
    }
  }
}

/** Overloads as one signature that takes whatever one of them takes. */
function merged(signatures: readonly Signature[]): { readonly parameters: readonly ParameterModel[] } {
  const [first, ...others] = signatures;
  if (first === undefined || others.length === 0) return first ?? { parameters: [] };
  const byName = new Map<string, { readonly parameter: ParameterModel; readonly types: PythonType[] }>();
  for (const { parameters } of signatures) {
    for (const parameter of parameters) {
      const known = byName.get(parameter.name);
      if (known === undefined) byName.set(parameter.name, { parameter, types: [parameter.type] });
      else known.types.push(parameter.type);
    }
  }
  const parameters = [...byName.values()].map(({ parameter, types }) => ({
    ...parameter,
    type: union(types),
    hasDefault: parameter.hasDefault || types.length < signatures.length,
  }));
  return { parameters };
}
