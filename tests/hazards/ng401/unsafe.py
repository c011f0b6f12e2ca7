"""Storing fails between acquire and release, and the lock stays locked."""

import threading
from functools import partial

from rounds import run, stuck, together

lock = threading.Lock()


def store(item):
    raise OSError("disk full")


def save(item):
    lock.acquire()
    store(item)
    lock.release()


def one_round():
    together(partial(save, "a page"), expects=OSError)
    return stuck(partial(save, "another page"))


if __name__ == "__main__":
    run(one_round, what="callers that wait for ever", in_child=True)
