"""Hashing: hashes a megabyte, in C without the GIL.

Expected: scales to the cores with and without the GIL (oversubscription past them).
"""

import hashlib

_DATA = bytes(1 << 20)


def workload():
    return hashlib.sha256(_DATA).digest()[0]
