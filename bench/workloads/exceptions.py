"""Pure CPU, private data: raises and catches exceptions.

Expected without the GIL: scales to the cores (oversubscription past them).
"""


def workload():
    caught = 0
    for _ in range(10_000):
        try:
            raise ValueError
        except ValueError:
            caught += 1
    return caught
