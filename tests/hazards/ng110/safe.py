"""They take without asking and handle the exception."""

import time
from collections import deque
from functools import partial

from rounds import count_raised, run, together

JOBS = 5000

jobs = deque()
started = {}


def take(worker):
    started[worker] = time.monotonic()
    try:
        return jobs.popleft()
    except IndexError:
        return None


def work(worker):
    failed = 0
    for job in range(JOBS):
        jobs.append(job)
        failed += count_raised(IndexError, 2, take, worker)
    return failed


def one_round():
    jobs.clear()
    return sum(together(partial(work, "first"), partial(work, "second")))


if __name__ == "__main__":
    run(one_round, what="attempts ended in IndexError", of=4 * JOBS)
