"""Functions that large values are tested with."""

import os
import signal

kept = []


def echo(value):
    return value


def total(*arrays):
    return sum(int(array[0]) + int(array[-1]) for array in arrays)


def keep(array):
    kept.append(array)
    return len(array)


def kept_ends():
    return [(array[0], array[-1], sum(array[::997])) for array in kept]


def forget():
    kept.clear()


def keep_and_return(array):
    kept.append(array)
    return array


def negate(array):
    for i in range(0, len(array), 997):
        array[i] = -array[i]
    return array


def fail(array):
    raise ValueError(f"{len(array)} numbers")


def make(size, value):
    return bytes([value]) * size


def die(array):
    os.kill(os.getpid(), signal.SIGKILL)


def uses_shared_memory():
    """Are there regions of this worker's?"""
    names = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            names.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:
            pass
    return sum("memfd:nogil" in name for name in names)
