"""Shared instance: calls a method of one object that all threads share.

Expected without the GIL: every call counts references of the object, so its cache line travels between the cores and
a task costs several times the CPU (shared-object).
"""


class Scale:
    def __init__(self):
        self.factor = 3

    def apply(self, number):
        return number * self.factor


_SCALE = Scale()


def workload():
    scale = _SCALE
    total = 0
    for number in range(15_000):
        total += scale.apply(number)
    return total
