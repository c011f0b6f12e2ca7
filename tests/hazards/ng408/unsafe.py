"""A handle that is registered anew dies in the section that holds the lock, and its finaliser takes it."""

import threading

from rounds import run, stuck

lock = threading.Lock()
handles = {}
closed = set()


class Handle:
    def __init__(self, name):
        self.name = name

    def register(self):
        with lock:
            handles[self.name] = self

    def __del__(self):
        with lock:
            closed.add(self.name)


def register_twice():
    Handle("log").register()
    Handle("log").register()


def one_round():
    return stuck(register_twice)


if __name__ == "__main__":
    run(one_round, what="calls ended in a deadlock", in_child=True)
