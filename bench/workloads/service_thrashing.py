"""Service that thrashes: asks a service that answers in 10 ms up to eight requests at once, and ever later beyond.

Expected: throughput falls past eight although nothing in this process is busy (downstream).
"""

import threading
import time

_CAPACITY = 8
_LOCK = threading.Lock()
_inside = 0


def workload():
    global _inside
    with _LOCK:
        _inside += 1
        load = _inside / _CAPACITY
    time.sleep(0.010 * max(1.0, load * load))
    with _LOCK:
        _inside -= 1
    return True
