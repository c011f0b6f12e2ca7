/** Random type hints, each with an expression of that type in Python and a value that TypeScript may send for it. */
import fc from "fast-check";

export interface HintedValue {
  readonly hint: string;
  /** A Python expression. */
  readonly python: string;
  readonly sent: unknown;
}

/** What the module declares, for hints to use. */
export const PRELUDE = `
from __future__ import annotations
import datetime, uuid
from collections import OrderedDict, deque, Counter
from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field, KW_ONLY
from decimal import Decimal
from enum import Enum, IntEnum, IntFlag, auto
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, Generic, List, Literal, NamedTuple, NewType, Optional, TypeVar, Union
from typing_extensions import NotRequired, TypedDict

T = TypeVar("T")
UserId = NewType("UserId", int)
Tree = Union[int, "list[Tree]"]
Json = Union[None, bool, int, str, "list[Json]", "dict[str, Json]"]

class Color(Enum):
    RED = "red"
    GREEN = "green"

class Level(IntEnum):
    LOW = auto()
    HIGH = auto()

class Access(IntFlag):
    READ = 1
    WRITE = 2

class Movie(TypedDict):
    title: str
    year: NotRequired[int]

class Place(NamedTuple):
    x: int
    label: Optional[str] = None

@dataclass
class User:
    name: str
    age: int = 0
    color: Color = Color.RED
    home: Optional[Path] = None
    friends: List[User] = field(default_factory=list)
    _: KW_ONLY
    seen: Optional[datetime.date] = None

@dataclass(frozen=True)
class Box(Generic[T]):
    item: T
`;

const json = (value: string) => JSON.stringify(value);
const text = fc.string({ unit: "binary", maxLength: 6 });
const identifier = fc.constantFrom("a", "b1", "__proto__", "7", "x y", "");
const int = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), fc.constant(2n ** 53n));

const of = (hint: string, values: fc.Arbitrary<readonly [python: string, sent: unknown]>) =>
  values.map(([python, sent]): HintedValue => ({ hint, python, sent }));
const constants = (hint: string, ...values: readonly (readonly [string, unknown])[]) =>
  of(hint, fc.constantFrom(...values));

const float = fc.double().map((value) => {
  const python = Number.isNaN(value)
    ? "float('nan')"
    : Number.isFinite(value)
      ? `float(${json(String(value))})`
      : `float('${value > 0 ? "" : "-"}inf')`;
  return [python, value] as const;
});
const date = fc.date({ min: new Date("1971-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });

/** Those that can be keys and members of sets. */
const hashable: fc.Arbitrary<HintedValue> = fc.oneof(
  of(
    "int",
    int.map((value) => [String(value), value]),
  ),
  of(
    "str",
    text.map((value) => [json(value), value]),
  ),
  of(
    "str",
    identifier.map((value) => [json(value), value]),
  ),
  of(
    "float",
    float.filter(([python]) => !python.includes("nan")),
  ),
  of(
    "Path",
    fc.constantFrom("a", "a/b", ".").map((path) => [`Path(${json(path)})`, path]),
  ),
  of(
    "uuid.UUID",
    fc.uuid().map((id) => [`uuid.UUID(${json(id)})`, id]),
  ),
  of(
    "Decimal",
    fc.integer().map((value) => [`Decimal("${value}.5")`, `${value}.5`]),
  ),
  of(
    "datetime.date",
    date.map((value) => {
      const day = value.toISOString().slice(0, 10);
      return [`datetime.date.fromisoformat("${day}")`, day];
    }),
  ),
  constants("bool", ["True", true], ["False", false]),
  constants("Color", ["Color.RED", "red"], ["Color.GREEN", "green"]),
  constants("Level", ["Level.HIGH", 2]),
  constants("UserId", ["UserId(5)", 5]),
  constants("Literal['a', 'b', 3]", ["'a'", "a"], ["3", 3]),
  constants("bytes", ["b'ab'", new Uint8Array([97, 98])]),
  constants("tuple[int, str]", ["(1, 'x')", [1, "x"]]),
  constants("frozenset[int]", ["frozenset({1, 2})", new Set([1, 2])], ["frozenset()", new Set()]),
);

const leaf: fc.Arbitrary<HintedValue> = fc.oneof(
  { arbitrary: hashable, weight: 3 },
  of("float", float),
  constants("None", ["None", null]),
  constants("bytearray", ["bytearray(b'xy')", new Uint8Array([120, 121])]),
  of(
    "datetime.datetime",
    date.map((value) => [
      `datetime.datetime.fromtimestamp(${value.getTime() / 1000}, datetime.timezone.utc)`,
      value,
    ]),
  ),
  constants("datetime.time", ["datetime.time(1, 2)", "01:02:00"]),
  constants("datetime.timedelta", ["datetime.timedelta(seconds=1.5)", 1500]),
  constants("Fraction", ["Fraction(1, 3)", "1/3"], ["Fraction(2)", 2n]),
  constants("Access", ["Access.READ | Access.WRITE", 3]),
  constants("object", ["[1, {'a': None}]", "anything"]),
  constants("Any", ["{1: 2}", { a: 1 }]),
  constants(
    "Movie",
    ["{'title': 't'}", { title: "t" }],
    ["{'title': 't', 'year': 2}", { title: "t", year: 2 }],
  ),
  constants("Place", ["Place(1)", { x: 1 }], ["Place(2, 'b')", { x: 2, label: "b" }]),
  constants(
    "User",
    ["User('ann')", { name: "ann" }],
    [
      "User('bob', 3, Color.GREEN, Path('/'), [User('c')], seen=datetime.date(2020, 1, 2))",
      { name: "bob", age: 3, color: "green", home: "/", friends: [{ name: "c" }], seen: "2020-01-02" },
    ],
  ),
  constants("set[Place]", ["{Place(1, 'a')}", new Set()]),
  constants("Tree", ["[1, [2, []]]", [1, [2, []]]], ["7", 7]),
  constants("Json", ["{'a': [None, True, {}]}", { a: [null, true, {}] }], ["2**70", 2n ** 70n]),
  constants("Counter[str]", ["Counter('aab')", { a: 2, b: 1 }]),
);

/** One hint around others. The samples inside have one hint, so a container gets several values by repeating them. */
function container(inner: fc.Arbitrary<HintedValue>): fc.Arbitrary<HintedValue> {
  const listed = (name: string, make: (items: string) => string) =>
    fc.tuple(inner, fc.integer({ min: 0, max: 2 })).map(
      ([one, count]): HintedValue => ({
        hint: `${name}[${one.hint}]`,
        python: make(Array(count).fill(one.python).join(", ")),
        sent: Array(count).fill(one.sent),
      }),
    );
  return fc.oneof(
    listed("list", (items) => `[${items}]`),
    listed("List", (items) => `[${items}]`),
    listed("Sequence", (items) => `[${items}]`),
    listed("Iterable", (items) => `[${items}]`),
    listed("deque", (items) => `deque([${items}])`),
    fc.tuple(inner, fc.integer({ min: 0, max: 2 })).map(([one, count]) => ({
      hint: `tuple[${one.hint}, ...]`,
      python: `(${`${one.python}, `.repeat(count)})`,
      sent: Array(count).fill(one.sent),
    })),
    fc.tuple(inner, inner).map(([a, b]) => ({
      hint: `tuple[${a.hint}, ${b.hint}]`,
      python: `(${a.python}, ${b.python})`,
      sent: [a.sent, b.sent],
    })),
    fc
      .tuple(hashable, fc.boolean(), fc.constantFrom("set", "frozenset", "AbstractSet"))
      .map(([one, isEmpty, name]) => {
        const set = isEmpty ? "set()" : `{${one.python}}`;
        return {
          hint: `${name}[${one.hint}]`,
          python: name === "frozenset" ? `frozenset(${set})` : set,
          sent: new Set(isEmpty ? [] : [one.sent]),
        };
      }),
    fc
      .tuple(hashable, inner, fc.boolean(), fc.constantFrom("dict", "Dict", "Mapping", "OrderedDict"))
      .map(([key, value, isEmpty, name]) => {
        const dict = isEmpty ? "{}" : `{${key.python}: ${value.python}}`;
        return {
          hint: `${name}[${key.hint}, ${value.hint}]`,
          python: name === "OrderedDict" ? `OrderedDict(${dict})` : dict,
          sent: new Map(isEmpty ? [] : [[key.sent, value.sent]]),
        };
      }),
    inner.map((one) => ({ ...one, hint: `Optional[${one.hint}]` })),
    inner.map((one) => ({ hint: `Optional[${one.hint}]`, python: "None", sent: null })),
    fc
      .tuple(inner, fc.constantFrom("None", "int", "str"))
      .map(([one, other]) => ({ ...one, hint: `Union[${one.hint}, ${other}]` })),
    inner.map((one) => ({
      hint: `Box[${one.hint}]`,
      python: `Box(${one.python})`,
      sent: { item: one.sent },
    })),
  );
}

export const hintedValue: fc.Arbitrary<HintedValue> = fc.letrec<{ value: HintedValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthSize: "small", withCrossShrink: true }, leaf, container(tie("value"))),
})).value;
