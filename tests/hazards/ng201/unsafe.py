"""Two threads draw jobs from one iterator."""

from rounds import run, together

JOBS = 50000

jobs = iter(())


def fill():
    global jobs
    jobs = iter(list(range(JOBS)))


def draw():
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
