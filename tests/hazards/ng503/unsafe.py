"""A task fails, and its future was thrown away."""

from concurrent.futures import ThreadPoolExecutor

from rounds import run

pool = ThreadPoolExecutor(1)
reported = []


def store(row):
    raise OSError("disk full")


def handle(row):
    pool.submit(store, row)


def one_round():
    reported.clear()
    handle("a row")
    # Of two tasks in one thread the first is over when the second is, its callbacks included.
    pool.submit(int).result()
    return int(not reported)


if __name__ == "__main__":
    run(one_round, what="failures nobody heard of")
