"""Two threads use an OrderedDict as a cache of limited size."""

from collections import OrderedDict

from rounds import count_raised, run, together

CALLS = 20000
LIMIT = 8

cache = OrderedDict()


def put(key):
    cache[key] = key
    cache.move_to_end(key)
    if len(cache) > LIMIT:
        cache.popitem(last=False)


def work():
    failed = 0
    for number in range(CALLS):
        failed += count_raised(KeyError, 1, put, number % (2 * LIMIT))
    return failed


def one_round():
    return int(any(together(work, work)))


if __name__ == "__main__":
    run(one_round, what="child processes crashed or raised KeyError", in_child=True)
