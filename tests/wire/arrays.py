"""NumPy arrays of every type and shape."""

import sys

import numpy as np

NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "?"]


def of_every_type(shape, order, big_endian):
    made = {}
    for code in NUMBERS:
        dtype = np.dtype(code).newbyteorder(">" if big_endian else "=")
        size = int(np.prod(shape))
        made[code] = np.asarray(np.arange(size).reshape(shape) % 2, dtype=dtype, order=order)
    return made


def strided():
    base = np.arange(24, dtype="i4").reshape(4, 6)
    return {"columns": base[:, ::2], "reversed": base[::-1, 0], "transposed": base.T, "diagonal": base.diagonal(), "broadcast": np.broadcast_to(np.float64(2), (2, 2))}


def odd():
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    return {
        "half": np.array([0.5, -1.5], dtype="f2"),
        "long double": np.array([0.25], dtype=np.longdouble),
        "complex": np.array([1 + 2j], dtype="c8"),
        "long complex": np.array([1 + 2j], dtype=np.clongdouble),
        "days": np.array(["2024-01-02", "NaT"], dtype="M8[D]"),
        "nanoseconds": np.array(["2024-01-02T03:04:05.678901234", "NaT"], dtype="M8[ns]"),
        "durations": np.array([1500000], dtype="m8[ns]"),
        "text": np.array(["a", "bc"]),
        "bytes": np.array([b"a"]),
        "objects": np.array([1, "x", None, [2]], dtype=object),
        "records": np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]),
        "masked": masked,
        "empty": np.empty((0, 3)),
        "zero dimensions": np.array(5, dtype=">i4"),
        "matrix": np.matrix([[1.5]]),
    }


def scalars():
    return [
        np.int8(-1), np.uint64(2**64 - 1), np.float16(0.5), np.float32(0.25), np.float64(0.1), np.longdouble(2), np.bool_(True),
        np.complex64(1 + 2j), np.clongdouble(1j), np.str_("s"), np.bytes_(b"b"), np.datetime64("2024-01-02T03:04:05", "ns"), np.timedelta64(2, "s"),
        np.float64("nan"), np.datetime64("NaT"),
    ]  # fmt: skip


def alone(kind):
    return {"scalar": np.float32(1.5), "array": np.arange(3.0), "list": [np.arange(2.0)], "zero": np.float64(0)}[kind]


def read(value):
    value += 1
    return [type(value).__name__, str(value.dtype), list(value.shape), value.tolist()]


def echo(value):
    return value


def large(count):
    return np.arange(count, dtype="f8")


def gil():
    return sys._is_gil_enabled() if hasattr(sys, "_is_gil_enabled") else True


def look(array):
    """Type, dtype, shape, whether it can be written to, whether it is a view of memory, and a sum."""
    return [type(array).__name__, str(array.dtype), list(array.shape), array.flags.writeable, array.base is not None, int(array.sum())]


def views(array):
    return [array[:], array.T, array[:1], array.reshape(-1), array + 1]
