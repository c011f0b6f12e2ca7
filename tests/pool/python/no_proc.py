"""A system without /proc, as far as this process can tell."""

import os
import time

_open = os.open


def _open_without_proc(path, *args, **kwargs):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(path)
    return _open(path, *args, **kwargs)


os.open = _open_without_proc


def wait(seconds=0.01):
    time.sleep(seconds)
    return True
