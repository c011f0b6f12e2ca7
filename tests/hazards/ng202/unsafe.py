"""Two threads draw numbers from one generator."""

from rounds import count_raised, run, together

DRAWS = 20000


def count_up():
    number = 0
    while True:
        yield number
        number += 1


numbers = count_up()


def draw():
    return next(numbers)


def work():
    return count_raised(ValueError, DRAWS, draw)


def one_round():
    return int(any(together(work, work)))


if __name__ == "__main__":
    run(one_round, what="child processes crashed or raised ValueError", in_child=True)
