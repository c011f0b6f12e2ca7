"""Generators that the tests of streams read."""

import asyncio
import os
import sqlite3
import threading
import time

import nogil
from nogil import host

events = []


def what_happened():
    seen, events[:] = list(events), []
    return seen


def numbers(count, start=0):
    for i in range(start, start + count):
        yield i
    return "that was all"


async def numbers_async(count):
    for i in range(count):
        if i % 100 == 0:
            await asyncio.sleep(0)
        yield i


made = [0]


def endless():
    """Counts what it made, so that a test sees whether it was stopped."""
    made[0] = 0
    try:
        while True:
            made[0] += 1
            yield made[0]
    finally:
        events.append("closed")


async def endless_async():
    made[0] = 0
    try:
        while True:
            made[0] += 1
            yield made[0]
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)
        events.append("closed")


def how_many_made():
    return made[0]


def fails_after(count):
    for i in range(count):
        yield i
    raise LookupError(f"nothing after {count}")


async def fails_after_async(count):
    for i in range(count):
        yield i
    raise LookupError(f"nothing after {count}")


def values():
    yield {"a": [1, None, "ü"]}
    yield 2**70
    yield b"\x00\xff"
    yield "x" * 300_000
    yield list(range(50_000))


def unsendable_at(at):
    try:
        for i in range(at):
            yield {"i": i}
        yield {"lock": threading.Lock()}
        yield "never"
    finally:
        events.append("closed")


def large_ones(count, size):
    for i in range(count):
        yield bytes([i % 256]) * size


def gate_after(count, path):
    """Quick items, and then nothing until the file is there."""
    for i in range(count):
        yield i
    while not os.path.exists(path):
        time.sleep(0.001)
    yield "opened"


def spins_after(count):
    try:
        for i in range(count):
            yield i
        while True:
            pass
    finally:
        events.append("closed")


def sleeps_in_c(count):
    for i in range(count):
        yield i
    time.sleep(60)


async def waits_after(count):
    try:
        for i in range(count):
            yield i
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        events.append("asyncio cancelled")
        raise
    finally:
        events.append("closed")


def dies_after(count):
    for i in range(count):
        yield i
    os._exit(7)


def fails_at_the_end():
    try:
        yield 1
        yield 2
    finally:
        raise RuntimeError("in finally")


def reports(count):
    for i in range(count):
        nogil.progress(i + 1, count)
        yield i


def from_a_database(count):
    """sqlite3 refuses a cursor in another thread than the one that made it."""
    connection = sqlite3.connect(":memory:")
    for i in range(count):
        yield connection.execute("select ?", (i,)).fetchone()[0]


def through_the_host(name):
    for item in host.call(name):
        yield item * 10


def asks(name):
    return host.call(name)


def a_list():
    return [1, 2, 3]


def an_iterator():
    return map(str, range(3))


def pid():
    return os.getpid()


class Shelf:
    """Not declared thread-safe."""

    def __init__(self):
        self.inside = 0
        self.overlaps = 0

    def items(self, count):
        for i in range(count):
            self.inside += 1
            if self.inside > 1:
                self.overlaps += 1
            time.sleep(0.0005)
            self.inside -= 1
            yield i

    def report(self):
        return self.overlaps
