"""Sleep: waits for 10 ms, as for a remote service that takes any load.

Expected: grows with every thread (io).
"""

import time


def workload():
    time.sleep(0.010)
    return True
