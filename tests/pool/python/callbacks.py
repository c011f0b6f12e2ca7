"""Functions that call what they get as arguments."""

import asyncio
import threading

from nogil import TaskCancelled, host

_kept = []


def apply(function, *args, **keywords):
    return function(*args, **keywords)


async def apply_later(function, *args):
    return await function(*args)


async def apply_together(function, count):
    return await asyncio.gather(*(function(i) for i in range(count)))


def deep(value):
    return value["list"][0](value["list"][1])


def on_threads(function, count):
    """From threads of their own, and from an event loop in one."""
    results = [None] * (count + 1)

    def run(i):
        results[i] = function(i)

    async def later():
        return await function(count)

    def run_loop():
        results[count] = asyncio.run(later())

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)] + [threading.Thread(target=run_loop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def caught(function):
    try:
        function()
    except host.HostError as error:
        return [type(error).__name__, error.type, error.message]


def items(function):
    return list(function())


def keep(function):
    _kept.append(function)


def call_kept():
    return caught(_kept[-1])


def call_kept_on_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(caught(_kept[-1])))
    thread.start()
    thread.join()
    return results[0]


def until_cancelled(function):
    try:
        function()
    except TaskCancelled:
        _kept.append("cancelled")
        raise


def last_kept():
    return _kept[-1]


def down(function, depth):
    """Python, function, Python …: down to nothing."""
    return 0 if depth == 0 else 1 + function(depth - 1)


def is_same(one, other):
    return one == other and hash(one) == hash(other)


class Counter:
    def __init__(self):
        self.count = 0

    def each(self, function, times):
        for _ in range(times):
            self.count = function(self.count)
        return self.count
