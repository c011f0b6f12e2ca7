"""Memory copy: copies buffers that fit no cache.

Expected: limited by the bandwidth of memory, and by page faults when many copies are alive at once (memory).
"""

_SOURCE = bytes(8 << 20)


def workload():
    copy = bytearray(_SOURCE)
    return len(copy)
