/**
 * What is known of a module from its source: types, before it is known whether a value goes to Python or comes from
 * it; functions; classes and aliases. One file, because each of them is made of the others.
 */
import type { ParameterKind } from "../../analyzer/index.js";
import type { PlainName } from "../hints/plain-types.js";

/** Text, an int, `True`, `False` or `None` in a `Literal`. */
export type LiteralValue = string | bigint | boolean | null;

/** One entry of a tuple: `int`, or `*tuple[int, ...]`. */
export interface TupleItem {
  readonly type: PythonType;
  readonly isVariadic: boolean;
}

export type PythonType =
  /** `Any`, said by the author. */
  | { readonly kind: "any" }
  /** No hint, or one that says nothing; `why` is for people. */
  | { readonly kind: "unknown"; readonly why: string | undefined }
  | { readonly kind: "never" }
  | { readonly kind: "none" }
  | { readonly kind: "plain"; readonly name: PlainName }
  | { readonly kind: "literal"; readonly value: LiteralValue }
  | { readonly kind: "literal-bytes" }
  | { readonly kind: "enum-member"; readonly declaration: Declaration; readonly member: string }
  | { readonly kind: "union"; readonly members: readonly PythonType[] }
  /** `as`: what Python expects; the abstract ones take a list as well. */
  | { readonly kind: "list"; readonly item: PythonType; readonly as: "list" | "sequence" | "deque" }
  | { readonly kind: "iterable"; readonly item: PythonType }
  | { readonly kind: "set"; readonly item: PythonType; readonly as: "set" | "frozenset" | "abstract" }
  | {
      readonly kind: "dict";
      readonly key: PythonType;
      readonly value: PythonType;
      /** Undefined where a plain dict will do. */
      readonly as: "OrderedDict" | "Counter" | "defaultdict" | undefined;
    }
  | { readonly kind: "tuple"; readonly items: readonly TupleItem[] }
  | {
      readonly kind: "callable";
      /** Undefined for `Callable[..., T]`. */
      readonly parameters: readonly PythonType[] | undefined;
      readonly result: PythonType;
    }
  /** `Iterator`, `Generator` and their asynchronous kin. */
  | { readonly kind: "iterator"; readonly item: PythonType }
  | { readonly kind: "awaitable"; readonly result: PythonType }
  /** `scalar`: the type's name in NumPy, undefined where the hint leaves it open. */
  | { readonly kind: "ndarray"; readonly scalar: string | undefined; readonly isFlat: boolean }
  /** A class or an alias of the project. */
  | { readonly kind: "declared"; readonly declaration: Declaration; readonly args: readonly PythonType[] }
  | { readonly kind: "variable"; readonly variable: TypeVariable }
  /** Something that stays in Python: a lock, a pattern, an open file. `name` is for people. */
  | { readonly kind: "resident"; readonly name: string };

/** A `TypeVar`; those of functions take their type from the arguments of each call. */
export interface TypeVariable {
  readonly name: string;
  readonly owner: "function" | "declaration";
  readonly bound: PythonType | undefined;
  readonly fallback: PythonType | undefined;
}

export interface FunctionModel {
  readonly name: string;
  readonly docstring: string | undefined;
  /** More than one for an overloaded function. */
  readonly signatures: readonly Signature[];
  /** A generator: what it yields comes one by one. */
  readonly isGenerator: boolean;
  /** What people should know: missing hints, decorators. */
  readonly notes: readonly string[];
}

export interface Signature {
  readonly typeParameters: readonly TypeVariable[];
  readonly parameters: readonly ParameterModel[];
  /** Of a generator: what one item is. */
  readonly result: PythonType;
}

export interface ParameterModel {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Of `*args` and `**kwargs`: of one of them. */
  readonly type: PythonType;
  readonly hasDefault: boolean;
}

/** A class or alias by its place. `shape` is read when it is first asked for, so that types may refer to themselves. */
export class Declaration {
  #shape: Shape | undefined;
  #read: (() => Shape) | undefined;

  constructor(
    /** As Python calls it. */
    readonly name: string,
    /** Absolute path of the file that declares it. */
    readonly file: string,
    /** What its `[T]` are, in order. */
    readonly typeParameters: readonly TypeVariable[],
    readonly docstring: string | undefined,
    read: () => Shape,
  ) {
    this.#read = read;
  }

  get shape(): Shape {
    if (this.#shape !== undefined) return this.#shape;
    const read = this.#read;
    if (read === undefined)
      return { kind: "alias", target: { kind: "unknown", why: "it is defined by itself" } };
    this.#read = undefined;
    this.#shape = read();
    return this.#shape;
  }
}

export type Shape =
  | { readonly kind: "alias"; readonly target: PythonType }
  | { readonly kind: "new-type"; readonly target: PythonType }
  /** A subclass of `str`, `int`, `list` …: its values arrive as those of the base. */
  | { readonly kind: "subclass"; readonly target: PythonType }
  | EnumShape
  | RecordShape
  | ClassShape;

export interface EnumShape {
  readonly kind: "enum";
  readonly members: readonly EnumMember[];
  /** Values that are no members are combinations of flags. */
  readonly isFlag: boolean;
}

export interface EnumMember {
  readonly name: string;
  /** Undefined where it is not a constant. */
  readonly value: LiteralValue | undefined;
}

/** A class whose values travel as objects of their fields. */
export interface RecordShape {
  readonly kind: "record";
  readonly flavor: "typed-dict" | "dataclass" | "named-tuple" | "pydantic";
  readonly fields: readonly Field[];
  /** What its constructor takes; undefined for a TypedDict, and where nogil cannot call it by the fields' names. */
  readonly construct: FunctionModel | undefined;
}

export interface Field {
  readonly name: string;
  readonly type: PythonType;
  /** Whether it is always there. */
  readonly isRequired: boolean;
  readonly docstring: string | undefined;
}

/** Any other class: its instances stay in Python. */
export interface ClassShape {
  readonly kind: "class";
  readonly isProtocol: boolean;
  /** Undefined for a Protocol. Inherited members are in the lists below. */
  readonly construct: FunctionModel | undefined;
  readonly methods: readonly FunctionModel[];
  /** Static and class methods. */
  readonly statics: readonly FunctionModel[];
  /** Properties and attributes. */
  readonly attributes: readonly Attribute[];
  /** Derived from `nogil.Adapter`: methods run on the worker's one instance. */
  readonly isAdapter: boolean;
}

export interface Attribute {
  readonly name: string;
  readonly type: PythonType;
  readonly docstring: string | undefined;
}
