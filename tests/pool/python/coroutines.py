"""Coroutine functions that the tests of the event loop call."""

import os
import threading
import time
from contextvars import ContextVar

import nogil
from nogil import cancelled, host, progress, thread_safe

gate = [None]
inside = [0]
most = [0]
events = []
mine = ContextVar("mine", default=None)


def what_happened():
    seen, events[:] = list(events), []
    return seen


async def meet(count):
    """Ends when ``count`` calls are inside at once: fewer than that would wait for ever."""
    import asyncio

    if gate[0] is None:
        gate[0] = asyncio.Event()
    inside[0] += 1
    most[0] = max(most[0], inside[0])
    if inside[0] == count:
        gate[0].set()
    await gate[0].wait()
    inside[0] -= 1
    if inside[0] == 0:
        gate[0] = None
    return count


async def together(turns):
    """How many are inside at once, as far as this one sees."""
    import asyncio

    inside[0] += 1
    seen = inside[0]
    for _ in range(turns):
        await asyncio.sleep(0)
        seen = max(seen, inside[0])
    inside[0] -= 1
    return seen


async def double(value):
    return 2 * value


async def place():
    return [os.getpid(), threading.get_ident()]


def pid():
    return os.getpid()


def has_asyncio():
    import sys

    return "asyncio" in sys.modules


async def fail(text):
    raise LookupError(text)


async def own_context(value):
    import asyncio

    before = mine.get()
    mine.set(value)
    await asyncio.sleep(0)
    return [before, mine.get()]


async def sleeps(mark):
    import asyncio

    events.append(f"{mark} began")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        events.append(f"{mark} cancelled {cancelled()}")
        raise


async def swallows():
    import asyncio

    while True:
        try:
            events.append("asleep")
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass


async def blocks_in_python():
    events.append("blocks")
    while True:
        pass


async def blocks_in_c():
    time.sleep(60)


async def reports(count):
    for i in range(count):
        progress(i + 1, count)
        print("line", i)
    return count


async def asks(name, *args):
    return await host.call(name, *args)


def asks_in_thread(name, *args):
    return host.call(name, *args)


async def leaves_a_task_behind(name):
    import asyncio

    async def later():
        await asyncio.sleep(0)
        events.append("later")

    asyncio.ensure_future(later())
    return "left"


async def dies():
    os._exit(5)


async def returns_lock():
    return {"lock": threading.Lock()}


def slow(seconds):
    time.sleep(seconds)
    return seconds


class Shelf:
    """Not declared thread-safe."""

    def __init__(self):
        self.working = 0
        self.overlaps = 0

    def _work(self):
        self.working += 1
        if self.working > 1:
            self.overlaps += 1
        time.sleep(0.0005)
        self.working -= 1

    async def fetch(self, steps):
        import asyncio

        for _ in range(steps):
            self._work()
            await asyncio.sleep(0)
        return steps

    def put(self):
        self._work()

    def report(self):
        return self.overlaps


@thread_safe
class Safe(nogil.Adapter):
    async def add(self, a, b):
        return a + b
