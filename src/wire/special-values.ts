/** Values that JavaScript has no type of its own for (docs/types.md). */

/** A Python `complex`. */
export class Complex {
  constructor(
    readonly real: number,
    readonly imag: number,
  ) {}
}

/** A Python `tuple`: `new Tuple(1, "a")` arrives as `(1, "a")`, while an array arrives as a list. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(...items: readonly unknown[]) {
    this.items = items;
  }
}

/** A Python `float`, also for a whole number: `new Float(3)` arrives as `3.0`, while `3` arrives as an int. */
export class Float {
  constructor(readonly value: number) {}
}

/** Keyword arguments of a call: `pool.push("resize", image, kwargs({ width: 64 }))`. */
export class KeywordArguments<T extends object = Readonly<Record<string, unknown>>> {
  constructor(readonly values: T) {}
}

/** Marks the last argument of a call as its keyword arguments. Properties that are `undefined` are left out. */
export function kwargs<T extends object>(values: T): KeywordArguments<T> {
  return new KeywordArguments(values);
}

/** Any array of numbers that JavaScript keeps in one block. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An object that stays in the worker, as the worker names it. */
export class Reference {
  constructor(
    readonly number: number,
    /** Its class with the module. */
    readonly type: string,
  ) {}
}

/** A NumPy array that is not one-dimensional, in C order. */
export class NdArray<T extends TypedArray = TypedArray> {
  constructor(
    readonly data: T,
    readonly shape: readonly number[],
  ) {}
}

/**
 * A value that the worker makes into an instance of a Python type before it calls the function: `type` is a standard
 * type (`pathlib.Path`) or a class of a loaded module by the file that defines it (`/app/models.py:User`). The
 * bindings send parameters with such type hints in this form.
 */
export class Constructed {
  constructor(
    readonly type: string,
    readonly value: unknown,
    /** Whether the value's properties are keyword arguments of the class. */
    readonly isKeywords: boolean,
  ) {}
}
