"""A bus calls its listener under its lock, and the listener sends another event."""

import threading
from functools import partial

from rounds import run, stuck


class Bus:
    def __init__(self, callback):
        self.lock = threading.Lock()
        self.callback = callback
        self.sent = 0

    def send(self, event):
        with self.lock:
            self.sent += 1
            self.callback(event)


def one_round():
    def on_event(event):
        if event == "saved":
            bus.send("shown")

    bus = Bus(on_event)
    return stuck(partial(bus.send, "saved"))


if __name__ == "__main__":
    run(one_round, what="sends ended in a deadlock", in_child=True)
