"""It is made with the object."""

import threading
from functools import partial

from rounds import run, together

STORES = 20000


class Store:
    def __init__(self):
        self._lock = threading.Lock()

    def lock(self):
        return self._lock


def locks(stores):
    return [store.lock() for store in stores]


def one_round():
    stores = [Store() for _ in range(STORES)]
    first, second = together(partial(locks, stores), partial(locks, stores))
    return sum(left is not right for left, right in zip(first, second))


if __name__ == "__main__":
    run(one_round, what="objects with two locks", of=STORES)
