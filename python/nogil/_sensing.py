"""What the threads of this worker do with their time, for the host's choice of how many may work at once.

A thread adds up tasks, wall and processor seconds by function. How long it was ready to run without a processor the
kernel counts (Linux, Documentation/scheduler/sched-stats.rst); that is read when the host asks, and when a thread goes
from one function to another, through descriptors that stay open. Where there is no /proc, clocks are all there is.
"""

import gc
import os
from _thread import get_native_id
from time import perf_counter, process_time

SCHEDSTAT_BYTES = 64

# Indexes of the sums in what a thread keeps of a function (see _channel): tasks, and seconds of three kinds.
TASKS, WALL, CPU, RUN_QUEUE = 2, 3, 4, 5


class _Thread:
    """One thread that runs tasks."""

    def __init__(self, number, functions):
        self.number = number
        self.native_id = get_native_id()
        self.functions = functions
        self.schedstat = _open_schedstat(self.native_id)
        # What the thread runs, and the run-queue seconds it had when it began with that; replaced as one.
        self.now = None, 0.0

    def run_queue_seconds(self):
        return int(os.pread(self.schedstat, SCHEDSTAT_BYTES, 0).split()[1]) * 1e-9

    def turn_to(self, entry):
        """The thread goes to another function: what it waited so far was for the one before."""
        seconds = 0.0 if self.schedstat is None else self.run_queue_seconds()
        before, since = self.now
        if before is not None:
            before[RUN_QUEUE] += seconds - since
        self.now = entry, seconds

    def open_interval(self):
        """What the thread runs, and how long it waited for a processor since it began with that."""
        entry, since = self.now
        if entry is None or self.schedstat is None:
            return None, 0.0
        return entry, max(0.0, self.run_queue_seconds() - since)


def _note_of(thread):
    """The function with which a thread accounts for a task: ``note(entry, wall, cpu)``, in seconds."""
    current = None

    def note(entry, wall, cpu):
        nonlocal current
        if entry is not current:
            thread.turn_to(entry)
            current = entry
        entry[2] += 1
        entry[3] += wall
        entry[4] += cpu

    return note


def _open_schedstat(native_id):
    try:
        return os.open(f"/proc/self/task/{native_id}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


class Sensor:
    """Adds up what the threads noted, and what is known of the whole process."""

    def __init__(self):
        # Append is atomic with and without the GIL.
        self._threads = []
        self._collections = 0
        self._collecting = 0.0
        self._started = 0.0
        gc.callbacks.append(self._collected)

    def attach(self, number, functions):
        """Adds the calling thread, which serves channel ``number``; returns what it calls after each task."""
        thread = _Thread(number, functions)
        self._threads.append(thread)
        return _note_of(thread)

    def _collected(self, phase, info):
        # One collection at a time runs in a process, whichever thread it is in.
        if phase == "start":
            self._started = perf_counter()
        elif self._started:
            self._collections += 1
            self._collecting += perf_counter() - self._started
            self._started = 0.0

    def report(self):
        """Sums since the start; seconds and counts."""
        functions = {}
        threads = list(self._threads)
        for thread in threads:
            running, waited = thread.open_interval()
            for name, row in list(thread.functions.items()):
                if not row[TASKS]:
                    continue
                sums = functions.setdefault(name, [0, 0.0, 0.0, 0.0])
                for index in range(4):
                    sums[index] += row[TASKS + index]
                if row is running:
                    sums[3] += waited
        return {
            "at": perf_counter(),
            "cpu": process_time(),
            "hasRunQueue": any(thread.schedstat is not None for thread in threads),
            "functions": functions,
            "threads": [[thread.number, thread.native_id] for thread in threads],
            "collections": self._collections,
            "collecting": self._collecting,
            **_usage(),
        }


def _usage():
    """Of the whole process: once a report costs less than once a task in every thread, and sees native threads too."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # not on Windows
        return {}
    usage = getrusage(RUSAGE_SELF)
    return {
        "system": usage.ru_stime,
        "faults": usage.ru_minflt + usage.ru_majflt,
        "waits": usage.ru_nvcsw,
        "preemptions": usage.ru_nivcsw,
    }
