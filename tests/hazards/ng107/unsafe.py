"""The lock is there, the second check under it is not."""

import threading
import time

from rounds import run, together

shared_pool = None
lock = threading.Lock()


class Pool:
    def __init__(self):
        time.sleep(0.001)


def pool():
    global shared_pool
    if shared_pool is None:
        with lock:
            shared_pool = Pool()
    return shared_pool


def one_round():
    global shared_pool
    shared_pool = None
    first, second = together(pool, pool)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two pools")
