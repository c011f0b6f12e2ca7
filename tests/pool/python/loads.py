"""Work of different kinds, for tests of the number of tasks that run at once."""

import threading
import time


def wait(seconds=0.01):
    time.sleep(seconds)
    return True


def compute(rounds=20_000):
    total = 0
    for number in range(rounds):
        total += number * number % 7
    return total


class Settings:
    def __init__(self):
        self.offset = 1_000_003


_SETTINGS = Settings()


def contend(rounds=30_000):
    settings = _SETTINGS
    total = 0
    for number in range(rounds):
        total += number + settings.offset
    return total


def fail():
    raise ValueError("on purpose")


def now():
    return 1


_most = [0]
_inside = 0
_LOCK = threading.Lock()


def most_inside(seconds):
    """Counts how many threads are in here at once."""
    global _inside
    with _LOCK:
        _inside += 1
        _most[0] = max(_most[0], _inside)
    time.sleep(seconds)
    with _LOCK:
        _inside -= 1
    return True


def most():
    return _most[0]
