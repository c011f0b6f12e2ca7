"""The functions every contender calls. Plain Python: nothing here knows which bridge is calling."""

import array
import base64
import os
import time


def echo(value):
    """Return `value` as it came."""
    return value


def echo_base64(text):
    """Echo an array of float64 for bridges that carry text only: decode it, hold it as an array, encode it again."""
    values = array.array("d")
    values.frombytes(base64.b64decode(text))
    return base64.b64encode(values).decode("ascii")


def count(steps):
    """Pure Python processor work: integers and a loop, no library and no I/O."""
    total = 0
    for step in range(steps):
        total += step * step % 7
    return total


class Numbers:
    """An array that stays in Python."""

    def __init__(self, length):
        self._numbers = array.array("d", bytes(8 * length))

    def at(self, index):
        """One number of it."""
        return self._numbers[index]


def call_back(function, times):
    """Call a function of the host `times` times, one after the other; its last result."""
    last = None
    for number in range(times):
        last = function(number)
    return last


def numbers(count):
    """Yield the first `count` whole numbers."""
    yield from range(count)


async def nap(seconds):
    """Be in flight for `seconds` without a thread."""
    import asyncio  # not at the top: it would be part of every start

    await asyncio.sleep(seconds)
    return seconds


def sleep(seconds):
    """Be in flight for `seconds`."""
    time.sleep(seconds)


def process_id():
    """Return the id of the process that Python runs in (Node's own, for a bridge that embeds Python)."""
    return os.getpid()
