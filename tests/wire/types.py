"""Values of every type that has a row in docs/types.md."""

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import types
import typing
import uuid


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Bits(enum.Flag):
    A = 1
    B = 2


class Word(str, enum.Enum):
    ONE = "one"


@dataclasses.dataclass
class Point:
    x: int
    when: dt.date
    count: typing.ClassVar[int] = 7


@dataclasses.dataclass(frozen=True)
class Slots:
    __slots__ = ("name", "parts")
    name: str
    parts: list


Pair = collections.namedtuple("Pair", "left right")


class Text(str):
    def __str__(self):
        return "overridden"


class Number(int):
    def __int__(self):
        return -1


class Real(float):
    pass


class Rows(list):
    pass


class Where:
    def __fspath__(self):
        return "/some/where"


class Model:
    def model_dump(self):
        return {"name": "m", "at": dt.date(2024, 1, 2)}


UTC = dt.timezone.utc
ODD = dt.timezone(dt.timedelta(hours=0, minutes=53, seconds=28))
WEST = dt.timezone(-dt.timedelta(hours=3, minutes=30))

VALUES = {
    "naive": lambda: dt.datetime(2024, 2, 29, 23, 59, 58, 123456),
    "aware": lambda: dt.datetime(2024, 2, 29, 23, 59, 58, 999999, UTC),
    "west": lambda: dt.datetime(2024, 1, 1, tzinfo=WEST),
    "odd offset": lambda: dt.datetime(1890, 1, 1, 12, 0, 0, 500000, ODD),
    "year 1": lambda: dt.datetime(1, 1, 1, tzinfo=UTC),
    "year 9999": lambda: dt.datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    "date": lambda: dt.date(2024, 2, 29),
    "time": lambda: dt.time(1, 2, 3, 4, UTC),
    "timedelta": lambda: dt.timedelta(days=-1, microseconds=1500),
    "decimal": lambda: decimal.Decimal("1.10"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "uuid": lambda: uuid.UUID(int=5),
    "path": lambda: pathlib.PurePosixPath("/a/b"),
    "fspath": Where,
    "enum": lambda: Colour.RED,
    "int enum": lambda: Level.HIGH,
    "str enum": lambda: Word.ONE,
    "flag": lambda: Bits.A | Bits.B,
    "dataclass": lambda: Point(1, dt.date(2024, 1, 2)),
    "slots dataclass": lambda: Slots("s", [1, (2,)]),
    "named tuple": lambda: Pair(1, dt.date(2024, 1, 2)),
    "deque": lambda: collections.deque([1, 2]),
    "ordered dict": lambda: collections.OrderedDict(b=1, a=2),
    "default dict": lambda: collections.defaultdict(list, a=[1]),
    "counter": lambda: collections.Counter("aab"),
    "mapping proxy": lambda: types.MappingProxyType({"a": 1}),
    "range": lambda: range(0, 6, 2),
    "dict views": lambda: [{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()],
    "str subclass": lambda: Text("plain"),
    "int subclass": lambda: Number(5),
    "float subclass": lambda: Real(0.5),
    "list subclass": lambda: Rows([1]),
    "pydantic": Model,
    "ellipsis": lambda: [..., (..., 1), (..., "bytes", b"x"), (..., "datetime", "2024")],
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"abc"),
    "memoryview of ints": lambda: memoryview(array.array("i", [1, -2, 3])),
    "strided memoryview": lambda: memoryview(array.array("i", [1, -2, 3]))[::2],
    "memoryview with shape": lambda: memoryview(bytes(range(6))).cast("B", (2, 3)),
    "memoryview of int8": lambda: memoryview(b"\xff").cast("b"),
    "frozen set of dates": lambda: {frozenset([dt.date(2024, 1, 2)])},
    "named tuple as key": lambda: {Pair(1, 2): "pair", (dt.date(2024, 1, 2), 1): "date"},
    "numbers as keys": lambda: {1: "a", "b": 2, None: 3},
}


def make(name):
    return VALUES[name]()


def make_in_list(name):
    return [VALUES[name](), VALUES[name]()]


def arrays():
    made = {}
    for code in "bBhHiIlLqQfd":
        made[code] = array.array(code, [0, 1, 100])
    made["u"] = array.array("u", "text")
    made["empty"] = array.array("d")
    made["large"] = array.array("q", range(-500, 500))
    return made


def exception_value():
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError("outer", dt.date(2024, 1, 2), [1]) from inner
    except ValueError as error:
        return [error, {"again": error}]


def read(value):
    """What an argument is in Python: type, format or dtype, shape, contents; and that it can be written to."""
    view = memoryview(value)
    first = view.tobytes()[:1]
    facts = [type(value).__name__, view.format, list(view.shape), view.tobytes().hex() if view.nbytes < 200 else hash_of(value)]
    if not view.readonly and view.nbytes:
        flat = view.cast("B") if view.ndim == 1 else None
        if flat is not None:
            flat[0] = 1
            flat[0] = first[0]
    return facts + [view.readonly]


def hash_of(value):
    import hashlib

    return hashlib.sha256(memoryview(value).cast("B")).hexdigest()


def mixed(small, first, name, second, nested):
    return {"small": small, "sum": sum(first), "name": name, "length": len(second), "nested": nested, "back": [first, second]}


def echo(value):
    return value


def datetime_of(value):
    return value.isoformat()


def blob(size):
    return bytes(bytearray(range(256)) * (size // 256 + 1))[:size]
