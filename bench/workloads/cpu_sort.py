"""Pure CPU, private data: sorts and sums a list of its own.

Expected without the GIL: scales to the cores (oversubscription past them).
"""


def workload():
    numbers = [(index * 7919) % 10_007 for index in range(10_000)]
    numbers.sort()
    return sum(numbers[::3])
