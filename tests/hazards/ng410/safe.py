"""They wait for the item, not for the call."""

import threading
import time

from rounds import count_raised, run, together

ITEMS = 100

ready = threading.Condition()
items = []


def put(item):
    with ready:
        items.append(item)
        ready.notify_all()


def take():
    with ready:
        ready.wait_for(lambda: items)
        return items.pop()


def produce():
    for item in range(2 * ITEMS):
        put(item)
        time.sleep(0.0001)


def work():
    return count_raised(IndexError, ITEMS, take)


def one_round():
    items.clear()
    _, first, second = together(produce, work, work)
    return first + second


if __name__ == "__main__":
    run(one_round, what="waits ended in IndexError", of=2 * ITEMS)
