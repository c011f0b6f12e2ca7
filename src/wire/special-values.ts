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
export class KeywordArguments {
  constructor(readonly values: Readonly<Record<string, unknown>>) {}
}

/** Marks the last argument of a call as its keyword arguments. Properties that are `undefined` are left out. */
export function kwargs(values: Readonly<Record<string, unknown>>): KeywordArguments {
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

/** A NumPy array that is not one-dimensional, in C order. */
export class NdArray {
  constructor(
    readonly data: TypedArray,
    readonly shape: readonly number[],
  ) {}
}
