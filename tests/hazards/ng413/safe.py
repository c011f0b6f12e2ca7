"""The with statement waits."""

import threading
import time
from functools import partial

from rounds import run, together

lock = threading.Lock()
inside = []
overlaps = []


def store(item):
    inside.append(item)
    time.sleep(0.005)
    if len(inside) > 1:
        overlaps.append(item)
    inside.remove(item)


def save(item):
    with lock:
        store(item)


def one_round():
    overlaps.clear()
    together(partial(save, "first"), partial(save, "second"), expects=RuntimeError)
    return int(len(overlaps) > 0)


if __name__ == "__main__":
    run(one_round, what="rounds with two threads inside")
