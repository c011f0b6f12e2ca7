"""Both hold the same lock."""

import threading

from rounds import run, together

TRANSFERS = 20000


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 0

    def deposit(self, amount):
        with self.lock:
            self.balance += amount

    def withdraw(self, amount):
        with self.lock:
            self.balance -= amount


account = Account()


def earn():
    for _ in range(TRANSFERS):
        account.deposit(1)


def spend():
    for _ in range(TRANSFERS):
        account.withdraw(1)


def one_round():
    before = account.balance
    together(earn, spend)
    return abs(account.balance - before)


if __name__ == "__main__":
    run(one_round, what="transfers lost", of=2 * TRANSFERS)
