"""What accounting for a task costs its thread, and what a report of many threads costs: prints two numbers as JSON.

Usage: sensing_cost.py FOLDER_OF_THE_PACKAGE THREADS
"""

import json
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
from nogil import _sensing  # noqa: E402

TASKS = 200_000
REPORTS = 200
ROUNDS = 7


def seconds_of(action, times):
    """Processor seconds of one action, the least of some rounds: what disturbs only adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.thread_time()
        for _ in range(times):
            action()
        best = min(best, time.thread_time() - begin)
    return best / times


def main(threads):
    sensor = _sensing.Sensor()
    entry = [None, 1.0, 0, 0.0, 0.0, 0.0]
    note = sensor.attach(0, {"workload": entry})
    task = seconds_of(lambda: note(entry, 0.001, 0.001), TASKS) - seconds_of(lambda: None, TASKS)
    over = threading.Event()
    ready = threading.Barrier(threads)

    def attach(number):
        row = [None, 1.0, 0, 0.0, 0.0, 0.0]
        sensor.attach(number, {"workload": row})(row, 0.001, 0.001)
        ready.wait()
        over.wait()

    others = [threading.Thread(target=attach, args=(number,)) for number in range(1, threads)]
    for thread in others:
        thread.start()
    ready.wait()
    report = seconds_of(sensor.report, REPORTS)
    over.set()
    print(json.dumps({"taskSeconds": task, "reportSeconds": report}))


main(int(sys.argv[2]))
