"""Functions that the pool's tests call."""

import os
import sys
import threading
import time


def echo(value):
    return value


def add(a, b=1, *rest, scale=1):
    return (a + b + sum(rest)) * scale


def fail(message):
    raise LookupError(message)


def pid():
    return os.getpid()


def where():
    """Who runs this: (process, thread id, on the main thread?)."""
    return [os.getpid(), threading.get_ident(), threading.current_thread() is threading.main_thread()]


def busy(seconds):
    """Uses the CPU in pure Python for that long."""
    end = time.thread_time() + seconds
    count = 0
    while time.thread_time() < end:
        count += 1
    return count > 0


def sleep(seconds):
    time.sleep(seconds)
    return seconds


_turn = [0]


def alternate(me, rounds):
    """Two tasks take turns, each spinning while it waits. Under a GIL that is never given up they cannot."""
    sys.setswitchinterval(100.0)
    for done in range(rounds):
        while _turn[0] != 2 * done + me:
            pass
        _turn[0] += 1
    return rounds


def forever():
    while True:
        pass


def stubborn():
    """Cannot be interrupted: swallows every exception."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def until_cancelled():
    from nogil import cancelled

    while not cancelled():
        time.sleep(0.001)
    return "stopped by itself"


def steps(count):
    from nogil import progress

    for done in range(1, count + 1):
        progress(done, count)
        time.sleep(0.001)
    return count


def append(path, text):
    with open(path, "a") as file:
        file.write(text + "\n")
    return text


def quit_quietly():
    os._exit(0)


def quit_politely():
    sys.exit(3)


def die_once(path):
    """Kills its worker the first time it runs; the file remembers."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "survived"
    os._exit(9)


async def later(value):
    import asyncio

    await asyncio.sleep(0.001)
    return value


class Counter:
    """One instance a worker; not declared thread-safe, so its calls must not overlap."""

    def __init__(self):
        self.total = 0
        self.inside = 0
        self.overlaps = 0

    def add(self, amount):
        self.inside += 1
        if self.inside > 1:
            self.overlaps += 1
        time.sleep(0.001)
        self.total += amount
        self.inside -= 1
        return self.total

    def report(self):
        return {"total": self.total, "overlaps": self.overlaps}

    @staticmethod
    def double(value):
        return 2 * value

    @classmethod
    def name(cls):
        return cls.__name__
