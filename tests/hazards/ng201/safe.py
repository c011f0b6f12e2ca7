"""The same, with a lock around next()."""

import threading

from rounds import run, together

JOBS = 50000

jobs = iter(())
lock = threading.Lock()


def fill():
    global jobs
    with lock:
        jobs = iter(list(range(JOBS)))


def draw():
    with lock:
        return next(jobs, None)


def work():
    drawn = []
    job = draw()
    while job is not None:
        drawn.append(job)
        job = draw()
    return drawn


def one_round():
    fill()
    first, second = together(work, work)
    return len(first) + len(second) - len({*first, *second})


if __name__ == "__main__":
    run(one_round, what="jobs drawn twice", of=JOBS)
