"""What cannot be sent, deep inside of results."""

import array
import collections
import ctypes
import dataclasses
import datetime
import pathlib
import sys
import threading

Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


class Plain:
    pass


class Broken:
    def __reduce__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")


def generate():
    yield 1


async def coroutine():
    return 1


def code():
    return generate.__code__


THINGS = {
    "lock": threading.Lock,
    "generator": generate,
    "module": lambda: sys,
    "file": lambda: open(__file__),
    "object": object,
    "lambda": lambda: (lambda: 1),
    "class": lambda: Plain,
    "instance": Plain,
    "StopIteration": lambda: StopIteration,
    "code": code,
    "iterator": lambda: iter([1]),
    "thread": threading.current_thread,
    "memoryview of objects": lambda: memoryview((ctypes.c_int * 2)()).cast("B").cast("@?").cast("B").cast("P"),
    "ctypes array": lambda: (ctypes.c_int * 2)(),
    "broken repr": Broken,
    "dataclass as key": lambda: {Frozen(1): 1},
    "dataclass in a set": lambda: {Frozen(1)},
    "two keys become one": lambda: {pathlib.PurePosixPath("a"): 1, "a": 2},
}


def make(name):
    return THINGS[name]()


def rows(name):
    return {"rows": [{}, {}, {}, {"when": datetime.date(2024, 1, 2), "thing": THINGS[name](), "after": array.array("d", [1])}]}


def in_tuple(name):
    return Pair(1, [(2, {3: THINGS[name]()})])


def echo(value):
    return value
