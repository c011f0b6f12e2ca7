"""One thread collects lines, the other takes what is there and clears the list."""

import time

from rounds import run, together

LINES = 20000


class Buffer:
    def __init__(self):
        self.lines = []

    def add(self, line):
        self.lines.append(line)

    def flush(self):
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
