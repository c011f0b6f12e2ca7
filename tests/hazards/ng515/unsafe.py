"""A task of a pool with one thread waits for another task of that pool."""

from concurrent.futures import ThreadPoolExecutor

from rounds import run, stuck

pool = ThreadPoolExecutor(1)


def part(number):
    return number * number


def whole(number):
    return pool.submit(part, number).result()


def handle(number):
    return pool.submit(whole, number)


def one_round():
    return stuck(lambda: handle(3).result())


if __name__ == "__main__":
    run(one_round, what="calls ended in a deadlock", in_child=True)
