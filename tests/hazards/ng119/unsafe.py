"""Two threads work on a job each, and the list of results stands in the class."""

from functools import partial

from rounds import run, together

STEPS = 100


class Job:
    results = []

    def done(self, value):
        self.results.append(value)


def work(name):
    job = Job()
    for _ in range(STEPS):
        job.done(name)
    return job.results


def one_round():
    first, second = together(partial(work, "first"), partial(work, "second"))
    return sum(name != "first" for name in first) + sum(name != "second" for name in second)


if __name__ == "__main__":
    run(one_round, what="results in the job of another", of=2 * STEPS)
