/** What the generated code says of a Python function. Plain data, so that it can stand in a source text. */
import type { Plan } from "./argument-plan.js";

export interface FunctionSpec {
  /** `function` or `Class.method`, as Python calls it. */
  readonly name: string;
  readonly positional: readonly ParameterSpec[];
  /** Number of parameters, from the first, that can only be passed by position. */
  readonly positionalOnly: number;
  /** Plan of each further argument; undefined where no more are taken. */
  readonly variadic?: Plan | null;
  /** Keyword-only parameters. */
  readonly keywords?: Readonly<Record<string, Plan | null>>;
  /** Plan of each further keyword argument. */
  readonly extra?: Plan | null;
  /** `stream`: what it yields comes one by one. `create`: an object that stays in Python. */
  readonly kind: "call" | "stream" | "create";
  /** The result may be an object that stays in Python: true, or the number of its class in the module. */
  readonly stays?: true | number;
}

/** A class whose objects stay in Python, as its instances are used. */
export interface ClassSpec {
  readonly methods: Readonly<Record<string, FunctionSpec>>;
  /** Attributes that are objects that stay in Python themselves: true, or the number of their class. */
  readonly attributes: Readonly<Record<string, true | number>>;
}

export interface ParameterSpec {
  readonly name: string;
  readonly hasDefault: boolean;
  readonly plan: Plan | null;
}
