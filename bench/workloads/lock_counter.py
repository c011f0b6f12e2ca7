"""Lock-guarded counter: counts under one lock, which is held for no time at all.

Expected without the GIL: threads spin, park and wake one another (lock-convoy: many switches, system time).
"""

import threading

_LOCK = threading.Lock()
_count = 0


def workload():
    global _count
    for _ in range(6_000):
        with _LOCK:
            _count += 1
    return _count
