"""A job wakes its waiters and writes the value, a sorted list, afterwards."""

import threading
from functools import partial

from rounds import run, together

JOBS = 100
VALUES = [number * 7919 % 5000 for number in range(5000)]


class Job:
    def __init__(self):
        self.done = threading.Event()
        self.value = None

    def finish(self, values):
        self.done.set()
        self.value = sorted(values)

    def result(self):
        self.done.wait()
        return self.value


def finish_all(jobs):
    for job in jobs:
        job.finish(VALUES)


def read_all(jobs):
    return sum(job.result() is None for job in jobs)


def one_round():
    jobs = [Job() for _ in range(JOBS)]
    return together(partial(finish_all, jobs), partial(read_all, jobs))[1]


if __name__ == "__main__":
    run(one_round, what="results read before they were written", of=JOBS)
