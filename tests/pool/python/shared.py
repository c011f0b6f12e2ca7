"""Functions that shared arrays are tested with."""

import os
import signal
import sys

kept = []


def describe(array):
    """What arrived, and the file that it lies in."""
    view = memoryview(array)
    return [view.format, list(view.shape), view.readonly, os.getpid(), mappings()]


def mappings():
    """Inodes of the shared arrays that are mapped here."""
    with open("/proc/self/maps") as maps:
        return sorted({int(line.split()[4]) for line in maps if "memfd:nogil-shared" in line})


def gil():
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def echo(value):
    return value


def part(array):
    return array[1:]


def keep(array):
    kept.append(array)


def kept_sum():
    return sum(sum(array) for array in kept)


def give_kept():
    return kept[-1]


def forget():
    kept.clear()


def forget_and_look():
    forget()
    return mappings()


def write(array, index, value):
    array[index] = value


def read(array, index):
    return array[index]


def die(array):
    os.kill(os.getpid(), signal.SIGKILL)


def settle(array, order):
    """One of the things that user code may do with an array."""
    if order == "keep":
        keep(array)
    elif order == "forget":
        forget()
    elif order == "fail":
        raise ValueError(order)
    elif order == "die":
        die(array)
    return array if order == "echo" else int(array[-1])
