"""One thread sets both edges of a range, the other reads them."""

from rounds import run, together

UPDATES = 50000


class Range:
    def __init__(self):
        self.first = 0
        self.last = 0

    def move(self, by):
        self.first = by
        self.last = by

    def reset(self):
        self.first = 0
        self.last = 0

    def edges(self):
        return self.first, self.last


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
