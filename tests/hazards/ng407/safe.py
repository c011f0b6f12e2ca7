"""The answer is awaited before the lock is taken."""

import os
import sys
import threading

from rounds import run, stuck

lock = threading.Lock()
answers = []


def ask():
    answer = input()
    with lock:
        answers.append(answer)


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
