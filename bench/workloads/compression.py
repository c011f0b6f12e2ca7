"""Compression: compresses with zlib, in C without the GIL.

Expected: scales to the cores with and without the GIL (oversubscription past them).
"""

import zlib

_DATA = bytes((index * index) % 251 for index in range(400_000))


def workload():
    return len(zlib.compress(_DATA, 6))
