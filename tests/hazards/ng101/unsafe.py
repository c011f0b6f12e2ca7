"""Two threads count in a module's variable."""

from rounds import run, together

HITS = 20000

counter = 0


def hit():
    global counter
    counter += 1


def visitor():
    for _ in range(HITS):
        hit()


def one_round():
    before = counter
    together(visitor, visitor)
    return 2 * HITS - (counter - before)


if __name__ == "__main__":
    run(one_round, what="increments lost", of=2 * HITS)
