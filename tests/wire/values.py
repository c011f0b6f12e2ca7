"""What the tests of the wire call: echoes, and values made in Python by a seeded generator."""

import random
import struct


def echo(value):
    return value


def echo_all(*values):
    return list(values)


def describe(value):
    """Type and repr, for what JavaScript cannot see."""
    return f"{type(value).__name__} {value!r}"


def kinds(*values):
    return [type(value).__name__ for value in values]


# --- random values -----------------------------------------------------------------------------------------------

BORDERS = [0, 1, 2**15, 2**30, 2**31, 2**32, 2**45, 2**53, 2**60, 2**63, 2**64, 2**70, 2**75, 2**90, 2**1000]
FLOATS = [0.0, -0.0, 0.5, -1.5, 3.0, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), 2.0**53, 2.0**70, 1e22]
LENGTHS = [0, 1, 2, 23, 24, 25, 47, 48, 49, 127, 128, 253, 254, 255, 256, 257, 1000]
KEYS = ["__proto__", "constructor", "toString", "hasOwnProperty", "then", "toJSON", "length", "", "0", "7", "-1", "01", "4294967295"]
ALPHABETS = ["ab", "a\u00e9", "\u0000\u007f\u0080", "\u0800\uffff\ufffd", "\U0001f600\U0010ffff", "\ud800a", "\udfff\u20ac", "\u00ed\ufffd\ud83d "]


def text(rng):
    alphabet = rng.choice(ALPHABETS)
    return "".join(rng.choice(alphabet) for _ in range(rng.choice(LENGTHS)))


def integer(rng):
    return (rng.choice(BORDERS) + rng.randint(-2, 2)) * rng.choice([1, -1])


def leaf(rng):
    kind = rng.randrange(9)
    if kind == 0:
        return rng.choice([None, True, False, 0, "", b""])
    if kind in (1, 2):
        return integer(rng)
    if kind in (3, 4):
        return rng.choice(FLOATS)
    if kind == 5:
        return complex(rng.choice(FLOATS), rng.choice(FLOATS))
    if kind == 6:
        return bytes(rng.randrange(256) for _ in range(rng.choice(LENGTHS)))
    return text(rng)


def hashable(rng, depth):
    kind = rng.randrange(6) if depth > 0 else 0
    if kind == 4:
        return tuple(hashable(rng, depth - 1) for _ in range(rng.randrange(4)))
    if kind == 5:
        return frozenset(hashable(rng, depth - 1) for _ in range(rng.randrange(4)))
    return leaf(rng)


def value(rng, depth):
    kind = rng.randrange(9) if depth > 0 else 0
    count = rng.choice([0, 1, 2, 3, 5])
    if kind == 3:
        return [value(rng, depth - 1) for _ in range(count)]
    if kind == 4:
        return tuple(value(rng, depth - 1) for _ in range(count))
    if kind == 5:
        return {rng.choice(KEYS) if rng.random() < 0.5 else text(rng): value(rng, depth - 1) for _ in range(count)}
    if kind == 6:
        return {hashable(rng, 2): value(rng, depth - 1) for _ in range(count)}
    if kind == 7:
        return {hashable(rng, 2) for _ in range(count)}
    if kind == 8:
        shared = value(rng, depth - 1)
        return [shared, shared, {"again": shared}]
    return leaf(rng)


def make(seed, count):
    rng = random.Random(seed)
    return [value(rng, 5) for _ in range(count)]


def compare(seed, count, back):
    """Places where ``back``, the values of this seed after a journey through JavaScript, differ."""
    made = make(seed, count)
    if len(back) != len(made):
        return [f"{len(back)} values instead of {len(made)}"]
    return [f"{i}: {a!r:.300} became {b!r:.300}" for i, (a, b) in enumerate(zip(made, back)) if normal(a) != normal(b)]


def normal(value):
    """What of a value the journey keeps, in a form that tells 0, False, 0.0 and -0.0 apart.

    JavaScript has one type of number: a whole float comes back as an int. Arrays stand for lists and tuples, a Set for
    set and frozenset. Two surrogates side by side are one character there.
    """
    kind = type(value)
    if kind is float:
        if value.is_integer() and abs(value) < 2**53 and not (value == 0 and str(value)[0] == "-"):
            return ("int", int(value))
        return ("float", "nan" if value != value else struct.pack("<d", value))
    if kind is complex:
        return ("complex", *(repr(part) for part in (value.real, value.imag)))
    if kind is str:
        return ("str", value.encode("utf-16-le", "surrogatepass"))
    if kind in (list, tuple):
        return ("list", tuple(normal(item) for item in value))
    if kind in (set, frozenset):
        return ("set", frozenset(member(item) for item in value))
    if kind is dict:
        return ("dict", frozenset((member(key), normal(item)) for key, item in value.items()))
    return (kind.__name__, value)


def member(value):
    """As a key, JavaScript knows no -0 (and Python takes -0.0 for 0 there)."""
    if type(value) is tuple:
        return ("list", tuple(member(item) if type(item) in (tuple, frozenset) else normal(item) for item in value))
    return normal(0) if type(value) is float and value == 0 else normal(value)


# --- shared, cyclic and deep values ------------------------------------------------------------------------------


def shared():
    row = {"name": "row", "tags": ["a", "b"]}
    return {"first": row, "rows": [row, row], "names": [row["name"]] * 3}


def cycle(kind, extra=None):
    if kind == "list":
        value = [extra]
        value.append(value)
    elif kind == "dict":
        value = {"extra": extra}
        value["self"] = {"inner": [value]}
    elif kind == "map":
        value = {1: extra}
        value[2] = value
    else:
        inner = [extra]
        value = (inner,)
        inner.append(value)
    return value


def deep(levels, bottom=None, kind="list"):
    for _ in range(levels):
        bottom = [bottom] if kind == "list" else {"k": bottom} if kind == "dict" else (bottom,) if kind == "tuple" else {1: bottom}
    return bottom


def depth_of(value):
    levels = 0
    while type(value) in (list, dict, tuple):
        value = next(iter(value.values())) if type(value) is dict else value[0]
        levels += 1
    return [levels, describe(value)]


def deep_now(levels, kind="list"):
    import datetime

    return deep(levels, datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc), kind)


def big_text(size, character="a"):
    return character * size


def power(bits):
    return 1 << bits


def length(value):
    return len(value)
