"""Oversubscription: starts four threads of its own in every call, as libraries with pools of their own do.

Expected without the GIL: the cores are full with one caller already; more only wait for a core (oversubscription).
"""

import threading


def _compute():
    total = 0
    for number in range(12_000):
        total += number * number % 7
    return total


def workload():
    threads = [threading.Thread(target=_compute) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(threads)
