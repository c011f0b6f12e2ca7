"""A transfer locks two accounts in one order, an audit in the other. To read one takes a millisecond."""

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
    with savings:
        read()
        with checking:
            read()


def one_round():
    return int(stuck(transfer, audit) == 2)


if __name__ == "__main__":
    run(one_round, what="rounds ended in a deadlock", in_child=True)
