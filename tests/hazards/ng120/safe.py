"""Each thread has the precision in its own context."""

from contextvars import ContextVar

from rounds import run, together

CALLS = 20000

precision = ContextVar("precision", default=6)


def exactly(function):
    token = precision.set(50)
    try:
        return function()
    finally:
        precision.reset(token)


def current():
    return precision.get()


def work():
    return sum(exactly(current) != 50 for _ in range(CALLS))


def one_round():
    wrong_inside = sum(together(work, work))
    return int(wrong_inside > 0 or current() != 6)


if __name__ == "__main__":
    run(one_round, what="rounds with a wrong precision inside or afterwards")
