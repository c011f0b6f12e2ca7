"""Global random: draws from the generator of the random module, which all threads share.

Expected without the GIL: each draw locks the one generator (lock-convoy).
"""

import random


def workload():
    draw = random.random
    total = 0.0
    for _ in range(20_000):
        total += draw()
    return total
