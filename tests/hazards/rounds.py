"""Runs a hazard round by round and says in one line of JSON what it saw.

Each example is a module that is run from this folder: ``python3 -m ng105.unsafe``. It prints
``{"damaged": 3, "of": 4000, "rounds": 2, "what": "..."}``, and ``"signals"`` where child processes crashed.
"""

import argparse
import collections
import json
import os
import signal
import subprocess
import sys
import threading
import time

# A thread that makes no step in so many ticks is blocked. Ticks, not a span of time: a machine that stands still for
# a second stops the clock of the watcher as well.
TICK_SECONDS = 0.02
TICKS_TO_STUCK = 25
# Threads that come first spin, so that all begin within a microsecond; after that they give way to each other.
SPINS_BEFORE_YIELD = 2000
CHILD_SECONDS = 60
# A crash is what some examples are about: it leaves no core file behind.
ONE_ROUND = "--one-round"


class Meeting:
    """A place where so many threads wait for each other."""

    def __init__(self, size):
        self.size = size
        self._here = []

    def arrive(self):
        """Waits for all, spinning; returns True."""
        self._here.append(None)
        spins = 0
        while len(self._here) < self.size:
            spins += 1
            if spins > SPINS_BEFORE_YIELD:
                time.sleep(0)
        return True

    def is_complete(self):
        """Waits for all, but not for ever: False if somebody is held up elsewhere."""
        self._here.append(None)
        return waits_for(lambda: len(self._here) >= self.size)


def waits_for(is_true):
    """Whether a condition comes true within the ticks that a running thread needs at most."""
    for _ in range(TICKS_TO_STUCK):
        if is_true():
            return True
        time.sleep(TICK_SECONDS)
    return is_true()


def together(*functions, expects=()):
    """Calls each function in a thread of its own, all at the same moment, and returns their results in order.

    An exception of the types in ``expects`` stands in place of the result; any other is raised here.
    """
    results = [None] * len(functions)
    start = Meeting(len(functions))

    def call(index, function):
        start.arrive()
        try:
            results[index] = function()
        except BaseException as error:
            results[index] = error

    threads = [threading.Thread(target=call, args=item) for item in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, expects):
            raise result
    return results


def count_raised(error, repeat, function, *arguments):
    """Calls a function again and again; returns how many calls ended in this error."""
    raised = 0
    for _ in range(repeat):
        try:
            function(*arguments)
        except error:
            raised += 1
    return raised


def stuck(*functions):
    """Calls each function in a thread of its own and returns how many never come back."""
    threads = [threading.Thread(target=function, daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    waits_for(lambda: not any(thread.is_alive() for thread in threads))
    return sum(thread.is_alive() for thread in threads)


def run(one_round, what, of=1, in_child=False, fixed_in=None):
    """Calls ``one_round`` until the time is up and prints what came of it.

    :param one_round: returns how much was damaged
    :param what: what the damage is, behind "3 of 4,000"
    :param of: how many updates, calls … a round consists of
    :param in_child: each round in a process of its own, because it may crash or never end
    :param fixed_in: the first version of Python on which the unsafe example is known to do no damage
    """
    options = _options()
    if options.one_round:
        _disable_core_files()
        print(json.dumps(one_round()))
        sys.stdout.flush()
        # Threads that are stuck would keep the interpreter from ending.
        os._exit(0)
    damaged = rounds = 0
    signals = collections.Counter()
    start = time.monotonic()
    while rounds == 0 or time.monotonic() - start < (options.seconds if damaged else options.patience):
        damaged += min(of, _round_in_child(signals) if in_child else one_round())
        rounds += 1
    result = {"damaged": damaged, "of": rounds * of, "rounds": rounds, "what": what}
    if signals:
        result["signals"] = dict(signals)
    if fixed_in is not None and sys.version_info[:3] >= fixed_in:
        result["fixed"] = True
    print(json.dumps(result))


def _round_in_child(signals):
    command = [sys.executable, "-m", sys.modules["__main__"].__spec__.name, ONE_ROUND]
    child = subprocess.run(command, stdout=subprocess.PIPE, timeout=CHILD_SECONDS)
    if child.returncode < 0:
        signals[signal.Signals(-child.returncode).name] += 1
        return 1
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command[1:])} ended with code {child.returncode}")
    return json.loads(child.stdout)


def _disable_core_files():
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1.0, help="repeat rounds so long once there was damage")
    parser.add_argument("--patience", type=float, default=1.0, help="and so long as long as there was none")
    parser.add_argument(ONE_ROUND, action="store_true", help="what a child process does")
    return parser.parse_args()
