"""What the tests of sessions, recycling, adapters, output and the cancel ladder call."""

import ctypes
import functools
import os
import signal
import socket
import sys
import threading
import time

from nogil import Adapter, TaskCancelled, cancelled, thread_safe, tool

started = {"process": 0, "threads": 0}
_here = threading.local()
_store = {}
_never = threading.Lock()
_never.acquire()
_first, _second = threading.Lock(), threading.Lock()


def begin():
    started["process"] += 1


def begin_thread():
    started["threads"] += 1
    _here.ready = True


def beginnings():
    return [started["process"], started["threads"], getattr(_here, "ready", False)]


def raising():
    raise ValueError("no licence")


def hanging():
    time.sleep(60)


def pid():
    return os.getpid()


def remember(key, value):
    _store[key] = value
    return os.getpid()


def recall(key):
    return [_store.get(key), os.getpid()]


def mark(path, text):
    """One line, written in one piece."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, f"{text}\n".encode())
    finally:
        os.close(descriptor)
    return text


def mark_slowly(path, text, seconds):
    time.sleep(seconds)
    return mark(path, text)


def grow(megabytes):
    _store["ballast"] = b"x" * (megabytes << 20)
    return os.getpid()


def say(text, stream="stdout"):
    print(text, file=getattr(sys, stream))
    return threading.get_ident()


def say_pieces(text, pause):
    for letter in text:
        sys.stdout.write(letter)
        time.sleep(pause)
    sys.stdout.write("\n")


def say_and_crash(count):
    for number in range(count):
        print(f"line {number}")
    print("last words", file=sys.stderr)
    os.kill(os.getpid(), signal.SIGKILL)


def say_from_c(text):
    ctypes.CDLL(None).write(1, text.encode(), len(text))


def marks_its_start(function):
    """Called with a path it writes a line there, then goes on as without."""

    @functools.wraps(function)
    def marking(path=None):
        if path is not None:
            mark(path, "here")
        return function()

    return marking


# The ways to be hard to stop.


@marks_its_start
def polite():
    while not cancelled():
        time.sleep(0.001)
    return "stopped"


def polite_with_cleanup(path):
    try:
        mark(path, "here")
        while True:
            time.sleep(0.001)
    except TaskCancelled:
        mark(path, "cleaned up")
        raise


async def coroutine(path):
    import asyncio

    try:
        mark(path, "here")
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        mark(path, "asyncio cancelled")
        raise


async def stubborn_coroutine(path):
    import asyncio

    while True:
        try:
            await asyncio.sleep(0.01)
            mark(path, "alive")
        except asyncio.CancelledError:
            pass


async def short_coroutine():
    import asyncio

    await asyncio.sleep(0.2)
    return "short"


@marks_its_start
def python_loop():
    while True:
        pass


@marks_its_start
def c_loop():
    """In C, and with a GIL it keeps it."""
    sum(range(10**15))


@marks_its_start
def c_loop_without_gil():
    """Waits in C, having given up the GIL."""
    ctypes.CDLL(None).sleep(60)


@marks_its_start
def blocked_read():
    here, _there = socket.socketpair()
    here.recv(1)


@marks_its_start
def never_opened():
    _never.acquire()


@marks_its_start
def bare_except():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def deadlock(order):
    first, second = (_first, _second) if order == 0 else (_second, _first)
    with first:
        time.sleep(0.1)
        with second:
            return order


def slow(value, seconds):
    time.sleep(seconds)
    return value


def marked_wait(path, text, seconds):
    mark(path, text)
    time.sleep(seconds)
    return text


def waits_the_first_time(path):
    if os.path.exists(path):
        return "again"
    return marked_wait(path, "here", 600)


# Classes.


class Declared(Adapter):
    """Safe: it guards what it writes."""

    def __init__(self):
        self.total = 0
        self.threads = set()

    def add(self, amount):
        with self.lock():
            self.threads.add(threading.get_ident())
            before = self.total
            time.sleep(0.001)
            self.total = before + amount
        return self.total

    def together(self):
        """How many threads are inside at once, as far as this one sees."""
        self.local.calls = getattr(self.local, "calls", 0) + 1
        with self.lock():
            self._inside = getattr(self, "_inside", 0) + 1
        time.sleep(0.2)
        with self.lock():
            inside, self._inside = self._inside, self._inside - 1
        return inside

    def mine(self):
        self.local.calls = getattr(self.local, "calls", 0) + 1
        return self.local.calls

    def fail(self):
        raise RuntimeError("on purpose")

    def counts(self):
        return self.stats()

    def identity(self):
        return id(self)


thread_safe(Declared)


class Undeclared:
    def __init__(self):
        self.inside = 0
        self.most = 0

    def work(self, seconds):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(seconds)
        self.inside -= 1
        return self.most

    def work_until(self, begun, path):
        mark(begun, "here")
        while not os.path.exists(path):
            time.sleep(0.01)
        return self.work(0)

    async def later(self, value):
        import asyncio

        await asyncio.sleep(0.001)
        return value

    @thread_safe
    def glance(self):
        return self.most


@thread_safe
class Careless:
    """Says it is safe, and is not."""

    def __init__(self):
        self.value = 0

    def write(self, seconds):
        time.sleep(seconds)
        self.value += 1
        time.sleep(seconds)

    def read(self):
        return self.value


@thread_safe
class Careful:
    """Safe by a lock of its own."""

    def __init__(self):
        self.guard = threading.Lock()
        self.value = 0

    def write(self, seconds):
        time.sleep(seconds)
        with self.guard:
            self.value += 1
        time.sleep(seconds)


class Broken(Adapter):
    def __init__(self):
        raise OSError("no device")

    def use(self):
        return 1


@tool(description="Adds two numbers.")
def add(a, b):
    return a + b
