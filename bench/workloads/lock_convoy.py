"""Lock convoy: passes work through a queue that all threads share: several short critical sections for each item.

Expected without the GIL: queue.Queue takes its mutex and wakes waiters for every put and get (lock-convoy).
"""

import queue

_QUEUE = queue.Queue()


def workload():
    taken = 0
    for index in range(500):
        _QUEUE.put(index)
        taken += _QUEUE.get() >= 0
    return taken
