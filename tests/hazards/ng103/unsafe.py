"""Two threads count in an attribute of one object."""

from rounds import run, together

HITS = 20000


class Stats:
    def __init__(self):
        self.hits = 0

    def hit(self):
        self.hits += 1


stats = Stats()


def visitor():
    for _ in range(HITS):
        stats.hit()


def one_round():
    before = stats.hits
    together(visitor, visitor)
    return 2 * HITS - (stats.hits - before)


if __name__ == "__main__":
    run(one_round, what="increments lost", of=2 * HITS)
