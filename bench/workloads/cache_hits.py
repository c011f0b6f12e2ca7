"""Cache hits: calls a function behind functools.lru_cache, always with arguments it knows.

Expected without the GIL: the cache locks itself for each hit and moves the entry (lock-convoy).
"""

from functools import lru_cache


@lru_cache(maxsize=256)
def _square(number):
    return number * number


def workload():
    total = 0
    for number in range(20_000):
        total += _square(number % 128)
    return total
