"""The property checks under a lock."""

import threading
import time

from rounds import run, together


class Connection:
    def __init__(self):
        time.sleep(0.001)


class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.made = None

    @property
    def connection(self):
        with self.lock:
            if self.made is None:
                self.made = Connection()
            return self.made


def one_round():
    store = Store()
    first, second = together(lambda: store.connection, lambda: store.connection)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two connections")
