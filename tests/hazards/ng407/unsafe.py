"""One thread waits for the user's answer under the lock, another needs the lock only for a moment."""

import os
import sys
import threading

from rounds import run, stuck

lock = threading.Lock()
answers = []


def ask():
    with lock:
        answers.append(input())


def show():
    with lock:
        return list(answers)


def one_round():
    # A user who never types anything.
    reader, _ = os.pipe()
    sys.stdin = open(reader)
    return stuck(ask) * stuck(show)


if __name__ == "__main__":
    run(one_round, what="readers that wait for the user too", in_child=True)
