"""Connection pool: borrows one of four connections, and keeps it for 8 ms.

Expected: best at about four threads; all others wait for a connection (long-lock).
"""

import threading
import time

_CONNECTIONS = threading.BoundedSemaphore(4)


def workload():
    with _CONNECTIONS:
        time.sleep(0.008)
    return True
