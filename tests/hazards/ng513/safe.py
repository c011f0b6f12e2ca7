"""The thread is started last."""

import threading

from rounds import run


class Worker:
    def __init__(self, interval):
        self.interval = interval
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        self.next_run = self.interval


failed = []
threading.excepthook = failed.append


def one_round():
    failed.clear()
    Worker(1).thread.join()
    return len(failed)


if __name__ == "__main__":
    run(one_round, what="threads ended in AttributeError")
