/** NumPy's scalar types: the TypedArray that an array of each becomes, and what one scalar becomes. */
interface NumpyScalar {
  /** Of an array; undefined where it becomes (nested) JavaScript arrays. */
  readonly array: string | undefined;
  readonly scalar: string;
}

const float = (array: string): NumpyScalar => ({ array, scalar: "number" });
const integer = (array: string): NumpyScalar => ({ array, scalar: "nogil.Int" });
const nested: NumpyScalar = { array: undefined, scalar: "unknown" };

const SCALARS: Readonly<Record<string, NumpyScalar>> = {
  float16: float("Float32Array"),
  half: float("Float32Array"),
  float32: float("Float32Array"),
  single: float("Float32Array"),
  float64: float("Float64Array"),
  double: float("Float64Array"),
  longdouble: float("Float64Array"),
  floating: float("Float32Array | Float64Array"),
  int8: integer("Int8Array"),
  byte: integer("Int8Array"),
  int16: integer("Int16Array"),
  short: integer("Int16Array"),
  int32: integer("Int32Array"),
  intc: integer("Int32Array"),
  int64: integer("BigInt64Array"),
  longlong: integer("BigInt64Array"),
  // As large as a pointer, or (before NumPy 2, on Windows) as C's long.
  int_: integer("BigInt64Array | Int32Array"),
  intp: integer("BigInt64Array | Int32Array"),
  uint8: integer("Uint8Array"),
  ubyte: integer("Uint8Array"),
  uint16: integer("Uint16Array"),
  ushort: integer("Uint16Array"),
  uint32: integer("Uint32Array"),
  uintc: integer("Uint32Array"),
  uint64: integer("BigUint64Array"),
  ulonglong: integer("BigUint64Array"),
  uint: integer("BigUint64Array | Uint32Array"),
  uintp: integer("BigUint64Array | Uint32Array"),
  signedinteger: integer("Int8Array | Int16Array | Int32Array | BigInt64Array"),
  unsignedinteger: integer("Uint8Array | Uint16Array | Uint32Array | BigUint64Array"),
  integer: integer("Exclude<nogil.TypedArray, Float32Array | Float64Array>"),
  bool_: { array: "Uint8Array", scalar: "boolean" },
  bool: { array: "Uint8Array", scalar: "boolean" },
  complex64: { array: undefined, scalar: "nogil.Complex" },
  complex128: { array: undefined, scalar: "nogil.Complex" },
  str_: { array: undefined, scalar: "string" },
  bytes_: { array: undefined, scalar: "Buffer" },
  datetime64: nested,
  timedelta64: nested,
  object_: nested,
};

/** By the name after `numpy.`; undefined for what is no scalar type. */
export function numpyScalar(name: string): NumpyScalar | undefined {
  return Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined;
}
