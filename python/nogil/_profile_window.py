"""One window of measurement with N threads.

Nothing is shared between the threads but the user's function itself: each has its own list, its own stop flag, its own
descriptors. All of them run from before the window until after it, so that the load in it is constant; the process's
counters are read at its two ends by the main thread, and throughput counts the calls, or parts of calls, between them.

Linux: ``/proc/self/task/<tid>/schedstat`` says how long a thread waited for a core, ``/proc/stat`` how busy the machine
was. Elsewhere these are None.
"""

import gc
import os
import sys
import threading
import time

try:
    import resource
except ImportError:  # Windows
    resource = None

#: A shorter call is repeated between two readings of the clock, which would otherwise be measured with it (seconds).
SHORTEST_TIMED = 50e-6
#: Latencies kept for each window.
KEPT_LATENCIES = 4_000
PAUSE_BETWEEN_STACKS = 0.02
#: The clock and the counters are one reading when they are this close (seconds), or were not in so many attempts.
QUICK_READING = 0.002
MOST_READINGS = 10

forked = False


def _in_forked_child():
    global forked
    forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_forked_child)


class Thread:
    """One thread that calls the function until it is told to stop."""

    def __init__(self, target, batch, gate):
        self.stop = bytearray(1)
        self.tid = None
        self.ident = None
        self.stamps = []  # perf_counter at the beginning of the first call and at the end of every one
        self.readings = []  # (perf_counter, CPU seconds, run-queue nanoseconds) at the window's ends
        self.wanted = bytearray(1)
        self.errors = 0
        self.first_error = None
        self.error_text = ""
        self.handle = threading.Thread(target=self.run, args=(target, batch, gate), daemon=True)

    def run(self, target, batch, gate):
        self.ident = threading.get_ident()
        self.tid = threading.get_native_id()
        queue = _open_schedstat(self.tid)
        # Locals and own objects only: an attribute of something shared would be a reference count to fight for.
        stop, wanted, stamps = self.stop, self.wanted, self.stamps
        readings, clock, cpu = self.readings, time.perf_counter, time.thread_time
        repeats = range(batch)
        function = target.for_thread()
        gate.wait()
        stamps.append(clock())
        try:
            while not stop[0]:
                try:
                    for _ in repeats:
                        function()
                except BaseException as error:
                    self.note(error)
                if forked:
                    os._exit(0)
                stamps.append(clock())
                if wanted[0] != len(readings):
                    readings.append((clock(), cpu(), _read_schedstat(queue)))
        finally:
            if len(readings) == 1:
                readings.append((clock(), cpu(), _read_schedstat(queue)))
            if queue is not None:
                os.close(queue)

    def note(self, error):
        self.errors += 1
        if self.first_error is None:
            import traceback

            self.first_error = f"{type(error).__name__}: {error}"
            self.error_text = "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _open_schedstat(tid):
    try:
        return os.open(f"/proc/self/task/{tid}/schedstat", os.O_RDONLY)
    except OSError:
        return None


def _read_schedstat(descriptor):
    """Nanoseconds this thread was ready to run and had no core."""
    return None if descriptor is None else int(os.pread(descriptor, 80, 0).split()[1])


def _machine_ticks():
    """Clock ticks all cores were busy, and in all, since the start of the machine."""
    try:
        with open("/proc/stat", "rb") as file:
            ticks = [int(text) for text in file.readline().split()[1:9]]
    except (OSError, ValueError):
        return None
    return [sum(ticks) - ticks[3] - ticks[4], sum(ticks)]


class Counters:
    """The process at one moment. Read again when this thread lost its core between clock and counters."""

    def __init__(self):
        for _ in range(MOST_READINGS):
            before = time.perf_counter()
            self.machine = _machine_ticks()
            self._read()
            self.at = time.perf_counter()
            if self.at - before < QUICK_READING:
                break

    def _read(self):
        if resource is None:
            self.user, self.system = os.times()[:2]
            self.faults = self.voluntary = self.involuntary = None
            return
        own = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.user = own.ru_utime + children.ru_utime
        self.system = own.ru_stime + children.ru_stime
        self.faults = own.ru_minflt + own.ru_majflt
        self.voluntary, self.involuntary = own.ru_nvcsw, own.ru_nivcsw

    def until(self, later):
        def difference(name):
            before, after = getattr(self, name), getattr(later, name)
            return None if before is None else after - before

        names = ("at", "user", "system", "faults", "voluntary", "involuntary")
        said = {name: difference(name) for name in names}
        machine = None if self.machine is None else [b - a for a, b in zip(self.machine, later.machine)]
        return {**said, "machine": machine}


class Collections:
    """Seconds in which a garbage collection was under way."""

    def __init__(self):
        self.seconds = 0.0
        self.count = 0
        self._started = None

    def __call__(self, phase, info):
        if phase == "start":
            self._started = time.perf_counter()
        elif self._started is not None:
            self.seconds += time.perf_counter() - self._started
            self.count += 1
            self._started = None

    def so_far(self):
        started = self._started
        return self.seconds + (0.0 if started is None else time.perf_counter() - started)


def measure(target, order, answer, dump_stacks):
    """One window. ``order``: threads, seconds, warmup, one (seconds a call takes), limit, stacks (how many)."""
    batch = max(1, min(10_000, int(2 * SHORTEST_TIMED / order["one"]))) if order["one"] < SHORTEST_TIMED else 1
    collections = Collections()
    gc.callbacks.append(collections)
    # Without a gate the first threads would keep the cores from those that are still to be started: seconds with 32.
    gate = threading.Barrier(order["threads"] + 1)
    threads = [Thread(target, batch, gate) for _ in range(order["threads"])]
    for thread in threads:
        thread.handle.start()
    gate.wait()
    time.sleep(order["warmup"])
    answer({"event": "window", "tids": [thread.tid for thread in threads if thread.tid is not None]})
    for thread in threads:
        thread.wanted[0] = 1
    collecting = collections.so_far()
    before = Counters()
    stacks = _sample_stacks(order, dump_stacks)
    time.sleep(max(0.0, order["seconds"] - (time.perf_counter() - before.at)))
    after = Counters()
    collecting = collections.so_far() - collecting
    gc.callbacks.remove(collections)
    for thread in threads:
        thread.wanted[0] = 2
        thread.stop[0] = 1
    answer({"event": "closed"})
    give_up = time.perf_counter() + order["limit"]
    for thread in threads:
        thread.handle.join(max(0.0, give_up - time.perf_counter()))
    alive = [thread for thread in threads if thread.handle.is_alive()]
    if alive:
        from ._profile_orders import Stuck

        message = f"{len(alive)} of {len(threads)} threads did not return within {order['limit']:g} s"
        raise Stuck(message, dump_stacks())
    return {
        **_calls(threads, before.at, after.at, batch),
        **_shares(threads),
        "window": before.until(after),
        "gcSeconds": collecting,
        "gcCount": collections.count,
        "batch": batch,
        "stacks": stacks,
        "idents": [f"{thread.ident:#018x}" for thread in threads if thread.ident is not None],
    }


def _sample_stacks(order, dump_stacks):
    stacks = []
    until = time.perf_counter() + order["seconds"]
    # Each stack stops all threads for a moment, which takes long where there are many of them.
    while len(stacks) < order["stacks"] and time.perf_counter() < until:
        time.sleep(PAUSE_BETWEEN_STACKS)
        waiting = _waiting_threads() if sys.platform == "linux" else {}
        stacks.append({"text": dump_stacks(), "waiting": waiting})
    return stacks


def _waiting_threads():
    """The number of the system call that each thread sleeps in, by pthread identifier as faulthandler writes it."""
    waiting = {}
    for thread in threading.enumerate():
        try:
            with open(f"/proc/self/task/{thread.native_id}/syscall") as file:
                waiting[f"{thread.ident:#018x}"] = file.read().split(None, 1)[0]
        except (OSError, TypeError, IndexError):
            continue
    return waiting


def _calls(threads, begin, end, batch):
    """Calls in the window, the parts of calls at its edges counted as parts, and the latencies of whole ones."""
    calls = 0.0
    latencies = []
    for thread in threads:
        stamps = thread.stamps
        for start, stop in zip(stamps, stamps[1:]):
            inside = min(stop, end) - max(start, begin)
            if inside > 0 and stop > start:
                calls += batch * inside / (stop - start)
                if stop <= end or start >= begin:
                    latencies.append((stop - start) / batch)
    latencies.sort()
    if len(latencies) > KEPT_LATENCIES:
        step = len(latencies) / KEPT_LATENCIES
        latencies = [latencies[int((index + 0.5) * step)] for index in range(KEPT_LATENCIES)]
    errors = sum(thread.errors for thread in threads)
    failed = next((thread for thread in threads if thread.first_error is not None), None)
    return {
        "calls": calls,
        "latencies": latencies,
        "attempts": sum(len(thread.stamps) - 1 for thread in threads),
        "errors": errors,
        "firstError": failed and failed.first_error,
        "errorText": failed.error_text if failed else "",
    }


def _shares(threads):
    """What the threads did with their time, between their own readings at the window's ends."""
    wall = cpu = queued = 0.0
    known = True
    for thread in threads:
        if len(thread.readings) < 2:
            continue
        (start, cpu_before, queue_before), (end, cpu_after, queue_after) = thread.readings[:2]
        wall += end - start
        cpu += cpu_after - cpu_before
        if queue_before is None or queue_after is None:
            known = False
        else:
            queued += (queue_after - queue_before) / 1e9
    return {"threadWall": wall, "threadCpu": cpu, "threadQueue": queued if known else None}
