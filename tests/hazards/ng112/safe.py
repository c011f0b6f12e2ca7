"""Both hold the lock of the buffer."""

import threading
import time

from rounds import run, together

LINES = 20000


class Buffer:
    def __init__(self):
        self.lines = []
        self.lock = threading.Lock()

    def add(self, line):
        with self.lock:
            self.lines.append(line)

    def flush(self):
        with self.lock:
            batch = list(self.lines)
            self.lines.clear()
        return batch


buffer = Buffer()


def write():
    for number in range(LINES):
        buffer.add(number)
    buffer.add("end")


def read():
    found = 0
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        batch = buffer.flush()
        found += len(batch)
        if batch and batch[-1] == "end":
            break
    return found


def one_round():
    return LINES + 1 - together(write, read)[1]


if __name__ == "__main__":
    run(one_round, what="lines lost", of=LINES + 1)
