"""Each call makes a lock of its own."""

import threading

from rounds import run, together

CALLS = 20000

total = 0


def add(value):
    global total
    lock = threading.Lock()
    with lock:
        total += value


def work():
    for _ in range(CALLS):
        add(1)


def one_round():
    before = total
    together(work, work)
    return 2 * CALLS - (total - before)


if __name__ == "__main__":
    run(one_round, what="additions lost", of=2 * CALLS)
