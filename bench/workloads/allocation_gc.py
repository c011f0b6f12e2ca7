"""Allocation with garbage collection: makes objects that hold one another, so that the collector has work.

Expected without the GIL: each collection stops all threads (gc).
"""


class Node:
    def __init__(self, before):
        self.before = before
        self.itself = self


_KEPT = [[index] for index in range(100_000)]


def workload():
    node = None
    for _ in range(4_000):
        node = Node(node)
    return node is not None
