"""Two threads read a cached property for the first time. To connect takes a millisecond."""

import time
from functools import cached_property

from rounds import run, together


class Connection:
    def __init__(self):
        time.sleep(0.001)


class Store:
    @cached_property
    def connection(self):
        return Connection()


def one_round():
    store = Store()
    first, second = together(lambda: store.connection, lambda: store.connection)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two connections")
