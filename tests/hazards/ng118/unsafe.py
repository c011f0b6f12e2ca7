"""Two threads call a cached function for the first time. To connect takes a millisecond."""

import time
from functools import lru_cache

from rounds import run, together


def connect(address):
    time.sleep(0.001)
    return [address]


@lru_cache(maxsize=None)
def connection():
    return connect("db")


def forget():
    connection.cache_clear()


def one_round():
    forget()
    first, second = together(connection, connection)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two connections")
