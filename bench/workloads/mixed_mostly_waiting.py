"""CPU and sleep mix: computes for about 1 ms and waits for 9.

Expected: scales far past the cores, until the CPU is full (oversubscription past that).
"""

import time


def workload():
    total = 0
    for number in range(15_000):
        total += number * number % 7
    time.sleep(0.009)
    return total
