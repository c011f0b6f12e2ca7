"""Closure: updates a variable of an enclosing function, a cell that all threads share.

Expected without the GIL: every access takes the cell's own lock, which spins and parks (lock-convoy).
"""


def _make():
    count = 0

    def step(number):
        nonlocal count
        count = (count + number) % 1_000_003
        return count

    return step


_step = _make()


def workload():
    step = _step
    result = 0
    for number in range(15_000):
        result = step(number)
    return result
