/**
 * Types with no parts, and what a value of each is on the TypeScript side: docs/types.md as a table. `arrives` is what
 * a result becomes; `sends` is what an argument may be, and `construct` what the worker makes of it where the value
 * itself would arrive as something else.
 */
export interface PlainType {
  /** `nogil.` stands for the types that the package exports. */
  readonly arrives: string;
  /** Undefined: there is nothing in TypeScript that arrives as this. */
  readonly sends: string | undefined;
  /** What the worker makes an argument into; undefined where it arrives as what it is. */
  readonly construct?: string;
  /** As a dict's key: always text, never, or sometimes. */
  readonly key: "text" | "other";
}

const text = (construct: string, also = ""): PlainType => ({
  arrives: "string",
  sends: `string${also}`,
  construct,
  key: "text",
});
const resident: PlainType = { arrives: "nogil.Reference", sends: undefined, key: "other" };
const numbers = { arrives: "number", sends: "number", key: "other" } as const;

export const PLAIN_TYPES = {
  bool: { arrives: "boolean", sends: "boolean", key: "other" },
  int: { arrives: "nogil.Int", sends: "nogil.Int", key: "other" },
  float: { arrives: "number", sends: "number | nogil.Float", key: "other" },
  complex: { arrives: "nogil.Complex", sends: "nogil.Complex | number", key: "other" },
  str: { arrives: "string", sends: "string", key: "text" },
  bytes: { arrives: "Buffer", sends: "Uint8Array", key: "other" },
  bytearray: { arrives: "Buffer", sends: "Uint8Array", construct: "bytearray", key: "other" },
  memoryview: {
    arrives: "Buffer | nogil.TypedArray | nogil.NdArray",
    sends: "Uint8Array",
    construct: "memoryview",
    key: "other",
  },
  datetime: { arrives: "nogil.DateTime", sends: "Date", key: "other" },
  date: text("datetime.date"),
  time: text("datetime.time"),
  timedelta: { ...numbers, construct: "datetime.timedelta" },
  Decimal: text("decimal.Decimal", " | number | bigint"),
  Fraction: text("fractions.Fraction", " | number | bigint"),
  UUID: text("uuid.UUID"),
  Path: text("pathlib.Path"),
  PurePath: text("pathlib.PurePath"),
  object: { arrives: "unknown", sends: "unknown", key: "other" },
  exception: { arrives: "nogil.PythonError", sends: undefined, key: "other" },
  array: { arrives: "nogil.TypedArray | string", sends: undefined, key: "other" },
  range: { arrives: "nogil.Int[]", sends: undefined, key: "other" },
  frame: { arrives: "{ [column: string]: unknown[] }", sends: undefined, key: "other" },
  type: resident,
} as const satisfies Readonly<Record<string, PlainType>>;

export type PlainName = keyof typeof PLAIN_TYPES;

export function plainType(name: PlainName): PlainType {
  return PLAIN_TYPES[name];
}

/** Full names of Python's types of this kind. */
export const PLAIN_NAMES: Readonly<Record<string, PlainName>> = {
  "builtins.bool": "bool",
  "builtins.int": "int",
  "builtins.float": "float",
  "builtins.complex": "complex",
  "builtins.str": "str",
  "builtins.bytes": "bytes",
  "builtins.bytearray": "bytearray",
  "builtins.memoryview": "memoryview",
  "builtins.object": "object",
  "builtins.range": "range",
  "builtins.type": "type",
  "typing.Text": "str",
  "typing.LiteralString": "str",
  "typing.AnyStr": "object",
  "typing.Type": "type",
  "typing.SupportsInt": "float",
  "typing.SupportsFloat": "float",
  "typing.SupportsIndex": "int",
  "numbers.Integral": "int",
  "numbers.Real": "float",
  "datetime.datetime": "datetime",
  "datetime.date": "date",
  "datetime.time": "time",
  "datetime.timedelta": "timedelta",
  "decimal.Decimal": "Decimal",
  "fractions.Fraction": "Fraction",
  "uuid.UUID": "UUID",
  "pathlib.Path": "Path",
  "pathlib.PosixPath": "Path",
  "pathlib.PurePath": "PurePath",
  "pathlib.PurePosixPath": "PurePath",
  "os.PathLike": "PurePath",
  "array.array": "array",
  "pandas.DataFrame": "frame",
  "polars.DataFrame": "frame",
  "pydantic.PositiveInt": "int",
  "pydantic.NegativeInt": "int",
  "pydantic.NonNegativeInt": "int",
  "pydantic.NonPositiveInt": "int",
  "pydantic.StrictInt": "int",
  "pydantic.PositiveFloat": "float",
  "pydantic.NegativeFloat": "float",
  "pydantic.NonNegativeFloat": "float",
  "pydantic.NonPositiveFloat": "float",
  "pydantic.StrictFloat": "float",
  "pydantic.FiniteFloat": "float",
  "pydantic.StrictStr": "str",
  "pydantic.StrictBool": "bool",
  "pydantic.EmailStr": "str",
  "pydantic.AwareDatetime": "datetime",
  "pydantic.NaiveDatetime": "datetime",
  "pydantic.FilePath": "Path",
  "pydantic.DirectoryPath": "Path",
};
