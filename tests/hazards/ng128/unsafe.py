"""Two threads insert into a sorted list."""

import bisect
from functools import partial

from rounds import run, together

TIMERS = 3000

timers = []


def schedule(when):
    bisect.insort(timers, when)


def work(times):
    for when in times:
        schedule(when)


def one_round():
    timers.clear()
    together(partial(work, range(TIMERS)), partial(work, range(TIMERS)))
    return sum(timers[index] > timers[index + 1] for index in range(len(timers) - 1))


if __name__ == "__main__":
    run(one_round, what="elements out of order", of=2 * TIMERS)
