/** Names of number types, as NumPy writes them without the byte order, and their TypedArrays. */
import type { TypedArray } from "./special-values.js";

type TypedArrayConstructor = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
};

const BY_KIND: Readonly<Record<string, TypedArrayConstructor>> = {
  i1: Int8Array,
  u1: Uint8Array,
  b1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** `"f8"` for a Float64Array; undefined for what is not an array of numbers. */
export function kindOf(value: ArrayBufferView): string | undefined {
  if (value instanceof Float64Array) return "f8";
  if (value instanceof Float32Array) return "f4";
  if (value instanceof Int32Array) return "i4";
  if (value instanceof Uint32Array) return "u4";
  if (value instanceof Int16Array) return "i2";
  if (value instanceof Uint16Array) return "u2";
  if (value instanceof Int8Array) return "i1";
  if (value instanceof Uint8ClampedArray) return "u1";
  if (value instanceof BigInt64Array) return "i8";
  if (value instanceof BigUint64Array) return "u8";
  return undefined;
}

/** The array over `bytes`, a view where alignment allows and else a copy; undefined for an unknown kind or odd size. */
export function arrayOver(kind: string, bytes: Uint8Array, share: boolean): TypedArray | undefined {
  const type = BY_KIND[kind];
  if (type === undefined || bytes.byteLength % type.BYTES_PER_ELEMENT !== 0) return undefined;
  const length = bytes.byteLength / type.BYTES_PER_ELEMENT;
  if (share && bytes.byteOffset % type.BYTES_PER_ELEMENT === 0) {
    return new type(bytes.buffer, bytes.byteOffset, length);
  }
  const copy = new Uint8Array(bytes);
  return new type(copy.buffer, 0, length);
}
