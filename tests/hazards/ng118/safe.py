"""The function checks under a lock."""

import threading
import time

from rounds import run, together

made = []
lock = threading.Lock()


def connect(address):
    time.sleep(0.001)
    return [address]


def connection():
    with lock:
        if not made:
            made.append(connect("db"))
        return made[0]


def forget():
    made.clear()


def one_round():
    forget()
    first, second = together(connection, connection)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two connections")
