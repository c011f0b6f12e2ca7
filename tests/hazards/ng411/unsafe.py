"""Two sellers see the last ticket under the lock, and sell it under the lock. To charge takes a millisecond."""

import threading
import time

from rounds import run, together


class Stock:
    def __init__(self, left):
        self.lock = threading.Lock()
        self.left = left

    def sell(self):
        with self.lock:
            left = self.left
        if left > 0:
            self.charge()
            with self.lock:
                self.left -= 1

    def charge(self):
        time.sleep(0.001)


def one_round():
    stock = Stock(1)
    together(stock.sell, stock.sell)
    return int(stock.left < 0)


if __name__ == "__main__":
    run(one_round, what="last tickets sold twice")
