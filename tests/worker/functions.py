"""What the tests of the worker call."""

import ctypes
import datetime
import os
import sys
import threading


def echo(value):
    return value


def print_lines():
    print("from print")
    print("to stderr", file=sys.stderr)
    os.write(1, b"from os.write\n")
    ctypes.CDLL(None).write(2, b"from C\n", 7)
    sys.stdout.write("without end")
    return "printed"


def flood(size):
    os.write(1, b"x" * size)
    return size


def read_input():
    return input()


def read_stdin():
    return sys.stdin.read() if sys.stdin is not None else ""


def where():
    return {"main": threading.current_thread() is threading.main_thread(), "pid": os.getpid(), "cwd": os.getcwd()}


def environment(name):
    return os.environ.get(name)


# --- exceptions --------------------------------------------------------------------------------------------------


class Custom(LookupError):
    def __init__(self, code, when):
        super().__init__(code, when, threading.Lock())
        self.code = code


class BrokenText(Exception):
    def __str__(self):
        raise SystemExit("no text")


class BrokenEverything(Exception):
    @property
    def args(self):
        raise ValueError("no args")

    __notes__ = 5

    def __repr__(self):
        raise ValueError("no repr")

    def __bool__(self):
        raise ValueError("no truth")


class Empty(Exception):
    def __len__(self):
        return 0


def fail(kind):
    if kind == "cause":
        try:
            {}["missing"]
        except KeyError as error:
            raise ValueError("outer") from error
    if kind == "context":
        try:
            {}["missing"]
        except KeyError:
            raise ValueError("during")
    if kind == "suppressed":
        try:
            {}["missing"]
        except KeyError:
            raise ValueError("alone") from None
    if kind == "falsy cause":
        raise ValueError("outer") from Empty("inner")
    if kind == "notes":
        error = ValueError("noted")
        error.__notes__ = ["first", "second"]
        raise error
    if kind == "custom":
        raise Custom(7, datetime.date(2024, 1, 2))
    if kind == "self":
        error = ValueError("holds itself")
        error.args = ("x", error, [error])
        raise error
    if kind == "endless causes":
        error = None
        for i in range(100):
            new = ValueError(i)
            new.__cause__ = error
            error = new
        raise error
    if kind == "recursion":
        return fail(kind)
    if kind == "memory":
        raise MemoryError()
    if kind == "exit":
        sys.exit(3)
    if kind == "interrupt":
        raise KeyboardInterrupt()
    if kind == "large":
        raise ValueError(b"x" * 100_000, "y" * 100_000)
    if kind == "surrogate":
        raise ValueError("\ud800")
    if kind == "stop":
        raise StopIteration(5)
    if kind == "broken text":
        raise BrokenText("x")
    if kind == "broken everything":
        raise BrokenEverything("x")
    if kind == "group":
        raise ExceptionGroup("several", [ValueError(1), ExceptionGroup("inner", [KeyError("k")])])  # noqa: F821
    raise AssertionError(kind)


def exit_now(code):
    os._exit(code)
