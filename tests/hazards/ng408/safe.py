"""The finaliser leaves a note in a queue."""

import queue
import threading

from rounds import run, stuck

lock = threading.Lock()
handles = {}
closed = queue.SimpleQueue()


class Handle:
    def __init__(self, name):
        self.name = name

    def register(self):
        with lock:
            handles[self.name] = self

    def __del__(self):
        closed.put(self.name)


def register_twice():
    Handle("log").register()
    Handle("log").register()


def one_round():
    return stuck(register_twice)


if __name__ == "__main__":
    run(one_round, what="calls ended in a deadlock", in_child=True)
