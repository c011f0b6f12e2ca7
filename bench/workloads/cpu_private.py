"""Pure CPU, private data: arithmetic on locals alone.

Expected without the GIL: scales to the cores and stays there; past them only the run queue grows (oversubscription).
"""


def workload():
    total = 0
    for number in range(30_000):
        total += number * number % 7
    return total
