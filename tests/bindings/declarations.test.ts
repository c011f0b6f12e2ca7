import { describe, expect, test } from "vitest";
import { TypedProject } from "./typed-project.js";

const PATIENCE_MS = 300_000;

const python = `
from __future__ import annotations
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, InitVar
from datetime import date, datetime
from typing import (Annotated, Any, ClassVar, Final, Generic, Literal, NamedTuple, NewType, NotRequired, Optional,
                    Protocol, Self, TypeAlias, TypedDict, TypeVar, Union, overload)
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from shared import Shared

T = TypeVar("T")
UserId = NewType("UserId", int)
Other = NewType("Other", int)
Pair: TypeAlias = "tuple[int, str]"
type Matrix[K] = list[list[K]]

class Kind(enum.StrEnum):
    ONE = enum.auto()
    TWO = "zwei"

class Movie(TypedDict, total=False):
    title: str
    year: NotRequired[int]

@dataclass
class Base:
    a: int
    N: ClassVar[int] = 1
    seed: InitVar[int] = 0

@dataclass
class Derived(Base):
    b: list[str] = field(default_factory=list)
    """Labels."""

class Row(NamedTuple):
    key: str
    when: date

class Item(BaseModel):
    name: str
    price: float = 0.0
    hidden: int = Field(exclude=True, default=1)
    _private: int = 0

class Box[V]:
    def __init__(self, item: V) -> None:
        self.item = item
    def get(self) -> V: ...
    def map(self, f: Callable[[V], V]) -> Self: ...
    @property
    def size(self) -> int: ...
    @classmethod
    def empty(cls) -> Self: ...
    async def later(self) -> V: ...
    def _hidden(self) -> int: ...

class Scorer(Protocol):
    def score(self, x: float) -> float: ...

def scalar(a: int, b: float = 1.0, c: Optional[str] = None) -> bool:
    """Adds */ up.

    @tag is escaped.
    """
def shared(s: Shared) -> Shared: ...
def movie(m: Movie) -> Movie: ...
def derived(d: Derived) -> Derived: ...
def item(i: Item) -> Item: ...
def row() -> Row: ...
def kind(k: Kind) -> Kind: ...
def user(u: UserId) -> UserId: ...
def other(u: Other) -> None: ...
def generic[K: int](xs: list[K]) -> K: ...
def old(xs: list[T]) -> T: ...
def matrix(m: Matrix[int]) -> Matrix[str]: ...
def array(x: NDArray[np.float32]) -> NDArray[np.int64]: ...
def call(f: Callable[[int], str]) -> None: ...
def keywords(a: int, *, b: str, c: bool = False) -> None: ...
def rest(*xs: int, **named: str) -> None: ...
def rows() -> Iterator[Row]:
    yield Row("a", date.today())
async def stream() -> AsyncIterator[int]:
    yield 1
async def later() -> datetime: ...
def anything(x: Any) -> Any: ...
def bare(x, y=1): ...
def literal(x: Annotated[Literal["a", 1], "note"]) -> Literal["b"]: ...
def default(new: int, function: str) -> None: ...
def Map(x: dict[str, int]) -> dict[int, str]: ...
@overload
def two(x: int) -> int: ...
@overload
def two(x: str) -> str: ...
def two(x): return x
def _private() -> None: ...
`;

const shared =
  'class _Inner:\n    pass\nfrom dataclasses import dataclass\n@dataclass\nclass Shared:\n    x: "int | None"\n';

const good = `
import * as m from "./all.py";
import { default as defaulted, Map as pyMap, type Movie, type Derived } from "./all.py";
export const a: boolean = await m.scalar(1);
await m.scalar(1, 2, null); await m.scalar(1, undefined, "c");
export const s: number | bigint | null = (await m.shared({ x: 1 })).x;
export const film: Movie = await m.movie({ title: "t" });
export const d: Derived = await m.derived({ a: 1, seed: 2, b: ["x"] as const });
export const label: string | undefined = d.b[0];
export const price: number = (await m.item({ name: "n" })).price;
export const when: string = (await m.row()).when;
export const k: "one" | "zwei" = await m.kind(m.Kind.ONE);
const id: m.UserId = await m.user(5); await m.user(id);
export const g: number | bigint = await m.generic([1, 2]);
export const o: string = await m.old(["a"]);
export const x: string[][] = await m.matrix([[1]]);
const out = await m.array(new Float32Array(2));
if (out instanceof BigInt64Array) out.at(0); else out.data.at(0);
await m.call((n) => String(n)); await m.call(async () => "x");
await m.keywords(1, { b: "b" }); await m.rest(1, 2, 3); await m.rest();
for await (const one of m.rows()) one.key.toUpperCase();
for await (const one of m.stream()) export_(one);
function export_(n: number | bigint) { return n; }
export const date: Date = await m.later();
export const u: unknown = await m.bare(1);
export const b: "b" = await m.literal("a");
await defaulted(1, "f"); const py = await pyMap({ a: 1 }); if (py instanceof Map) py.get(1);
export const t1: number | bigint = await m.two(1); export const t2: string = await m.two("x");
const box = await m.Box("x"); const got: string = await box.get(); await box.size; await m.Box.empty(); export { got };
const handle = m.scalar.push(1); export const ready: boolean = handle.isReady();
export const many: boolean[] = await m.scalar.map([1, 2]);
await m.scalar.withOptions({ timeout: 5 })(1);
`;

/** Each line is wrong on its own. */
const bad = [
  'await m.scalar("1");',
  "await m.scalar();",
  "await m.scalar(1, 2, 3);",
  "await m.scalar(1, 2, null, 4);",
  "await m.shared({ x: 'a' });",
  "await m.movie({ titel: 't' });",
  "await m.derived({});",
  "await m.item({ name: 1 });",
  'await m.kind("three");',
  "await m.other(await m.user(1));",
  'await m.generic(["a"]);',
  "await m.matrix([1]);",
  "await m.array(new Float64Array(2));",
  "await m.call((n: string) => n);",
  "await m.keywords(1);",
  'await m.keywords(1, { b: "b", d: 1 });',
  'await m.rest("a");',
  'await m.literal("c");',
  "const n: number = await m.scalar(1);",
  "const n: string = (await m.shared({ x: 1 })).x;",
  "const n: number = await m.user(1);",
  "await m._private();",
  "(await m.Box(1))._hidden();",
  'await m.scalar.map(["a"]);',
  "m.scalar.push(null);",
  "await m.scalar.withOptions({ tiemout: 1 })(1);",
];

describe("tsc", () => {
  test(
    "passes right calls, fails each wrong one, and finds no `any` but Python's",
    async () => {
      const wrong = bad.map((line) => `await (async () => { ${line} })();`).join("\n");
      const project = new TypedProject({
        "all.py": python,
        "shared.py": shared,
        "good.ts": good,
        "bad.ts": `import * as m from "./all.py";\n${wrong}\n`,
      });
      await project.declare();
      const errors = project.typeErrors();
      expect(errors.filter((error) => !error.startsWith("bad.ts"))).toEqual([]);
      const failing = new Set(errors.map((error) => Number(error.split(":")[1])));
      expect(bad.filter((_, at) => !failing.has(at + 2))).toEqual([]);

      const { readFileSync } = await import("node:fs");
      const text = readFileSync(project.path("all.d.py.ts"), "utf8");
      // Python says Any in one function.
      const others = text.replace(/export declare function anything[\s\S]*?\n}\n/, "");
      expect(others.length).toBeLessThan(text.length);
      expect(others).not.toMatch(/\bany\b/);
      expect(text).toContain("Note: `x` has no type hint.");
      expect(text).toContain("Adds *\\/ up.");
      expect(text).toContain(" \\@tag is escaped.");
      expect(text).toContain("/** Labels. */");
    },
    PATIENCE_MS,
  );
});
