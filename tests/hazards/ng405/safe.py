"""The inner work is a method that expects the lock to be held."""

import threading
from functools import partial

from rounds import run, stuck


class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = []

    def put(self, item):
        with self.lock:
            self.items.append(item)
            self._flush_locked()

    def flush(self):
        with self.lock:
            self._flush_locked()

    def _flush_locked(self):
        self.items.clear()


store = Store()


def one_round():
    return stuck(partial(store.put, 1))


if __name__ == "__main__":
    run(one_round, what="calls ended in a deadlock", in_child=True)
