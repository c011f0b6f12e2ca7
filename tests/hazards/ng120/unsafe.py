"""Two threads raise the precision for the time of a block."""

from rounds import run, together

CALLS = 20000

precision = 6


def exactly(function):
    global precision
    old = precision
    precision = 50
    try:
        return function()
    finally:
        precision = old


def current():
    return precision


def work():
    return sum(exactly(current) != 50 for _ in range(CALLS))


def one_round():
    global precision
    precision = 6
    wrong_inside = sum(together(work, work))
    return int(wrong_inside > 0 or current() != 6)


if __name__ == "__main__":
    run(one_round, what="rounds with a wrong precision inside or afterwards")
