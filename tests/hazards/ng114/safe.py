"""They are removed under the lock too."""

import threading

from rounds import count_raised, run, together

READS = 300


class Registry:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = {}

    def add(self, name, item):
        with self.lock:
            self.items[name] = item

    def remove(self, name):
        with self.lock:
            self.items.pop(name, None)

    def names(self):
        with self.lock:
            return [name for name in self.items]


registry = Registry()


def read():
    return count_raised(RuntimeError, READS, registry.names)


def come_and_go():
    for number in range(READS):
        for guest in range(100):
            registry.add(("guest", number, guest), 1)
        for guest in range(100):
            registry.remove(("guest", number, guest))


def one_round():
    for number in range(2000):
        registry.add(number, str)
    return together(read, come_and_go)[0]


if __name__ == "__main__":
    run(one_round, what="reads ended in RuntimeError", of=READS)
