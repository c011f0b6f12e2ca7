"""A reader takes the first row from a generator and keeps the rest for later; the lock stays held."""

import threading
from functools import partial

from rounds import run, stuck

lock = threading.Lock()
table = [1, 2, 3]


def rows():
    with lock:
        for row in table:
            yield row


def add(row):
    with lock:
        table.append(row)


def one_round():
    unread = rows()
    next(unread)
    return stuck(partial(add, 4))


if __name__ == "__main__":
    run(one_round, what="writers that wait for ever", in_child=True)
