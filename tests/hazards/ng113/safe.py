"""The edges are one tuple, stored in one assignment."""

from rounds import run, together

UPDATES = 50000


class Range:
    def __init__(self):
        self.both = (0, 0)

    def move(self, by):
        self.both = (by, by)

    def reset(self):
        self.both = (0, 0)

    def edges(self):
        return self.both


shared = Range()


def move_on():
    for number in range(UPDATES):
        shared.move(number)


def read():
    torn = 0
    for _ in range(UPDATES):
        first, last = shared.edges()
        torn += first != last
    return torn


def one_round():
    shared.reset()
    return together(move_on, read)[1]


if __name__ == "__main__":
    run(one_round, what="pairs torn", of=UPDATES)
