"""A constructor starts a thread and sets afterwards what the thread reads."""

import threading

from rounds import run


class Worker:
    def __init__(self, interval):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.interval = interval

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
