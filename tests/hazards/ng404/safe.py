"""Both lock them in the same order."""

import threading
import time

from rounds import run, stuck

checking = threading.Lock()
savings = threading.Lock()


def read():
    time.sleep(0.001)


def transfer():
    with checking:
        read()
        with savings:
            read()


def audit():
    with checking:
        read()
        with savings:
            read()


def one_round():
    return int(stuck(transfer, audit) == 2)


if __name__ == "__main__":
    run(one_round, what="rounds ended in a deadlock", in_child=True)
