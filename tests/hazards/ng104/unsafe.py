"""Two threads count in an item of a dictionary."""

from rounds import run, together

HITS = 20000

hits = {}


def count(page):
    hits[page] = hits.get(page, 0) + 1


def visitor():
    for _ in range(HITS):
        count("/index.html")


def one_round():
    hits.clear()
    together(visitor, visitor)
    return 2 * HITS - hits["/index.html"]


if __name__ == "__main__":
    run(one_round, what="increments lost", of=2 * HITS)
