"""Long lock: computes most of the time under one lock.

Expected without the GIL: all but one thread wait in the kernel for most of the time (long-lock).
"""

import threading

_LOCK = threading.Lock()


def _compute(rounds):
    total = 0
    for number in range(rounds):
        total += number * number % 7
    return total


def workload():
    with _LOCK:
        total = _compute(24_000)
    return total + _compute(6_000)
