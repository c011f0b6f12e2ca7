"""CPU and sleep mix: computes for about 3 ms and waits for 3.

Expected: best at about twice the cores (oversubscription past that).
"""

import time


def workload():
    total = 0
    for number in range(30_000):
        total += number * number % 7
    time.sleep(0.003)
    return total
