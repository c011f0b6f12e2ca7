"""The orders of the profiler, one after the other: load, once, measure. See ``profile_runner``."""

import faulthandler
import json
import os
import sys
import tempfile
import threading
import time
import traceback

from . import _profile_target, _profile_window
from ._control import gil_enabled

ORDERS, ANSWERS = 3, 4


class Stuck(Exception):
    """A call did not return; ``stacks`` says where every thread is."""

    def __init__(self, message, stacks):
        super().__init__(message)
        self.stacks = stacks


def stacks_are_safe():
    """Whether the stacks of running threads can be read: without the GIL only where the interpreter stops them
    meanwhile (CPython issue 128400, fixed in 3.13.2)."""
    return gil_enabled() or sys.version_info >= (3, 13, 2)


def dump_stacks():
    """The stacks of all threads as faulthandler writes them, "" where that is not safe."""
    if not stacks_are_safe():
        return ""
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read().decode("utf-8", "replace")


def silence():
    """What the workload prints goes nowhere; a crash is still explained on the real stderr."""
    faulthandler.enable(os.fdopen(os.dup(2), "w"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def load(order):
    """Imports the target and says what it is."""
    target = _profile_target.load(order["file"], order["function"], order["args"], order["kwargs"])
    silence()
    return {
        "kind": target.kind,
        "function": target.name,
        "gilEnabled": gil_enabled(),
        "version": ".".join(map(str, sys.version_info[:3])),
        "pid": os.getpid(),
    }, target


def once(target, limit):
    """Calls the target a first time on a thread of its own, so that a call that never returns can be given up."""
    result = []

    def call():
        function = target.for_thread()
        started = time.perf_counter()
        try:
            function()
        except BaseException as error:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            result.append({"raised": text, "type": type(error).__name__})
        else:
            result.append({"seconds": time.perf_counter() - started})

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(limit)
    if not result:
        raise Stuck(f"did not return within {limit:g} s", dump_stacks())
    return {**result[0], "gilEnabled": gil_enabled(), "childrenLeft": children_left()}


def children_left():
    """Whether processes that a call started still run: each further call would leave more of them."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] == 0
    except (ChildProcessError, AttributeError):
        return False


def serve():
    orders = os.fdopen(ORDERS, "r", encoding="utf-8")
    target = None

    def answer(value):
        data = (json.dumps(value) + "\n").encode()
        while data:
            data = data[os.write(ANSWERS, data) :]

    for line in orders:
        order = json.loads(line)
        try:
            if order["do"] == "load":
                said, target = load(order)
            elif order["do"] == "once":
                said = once(target, order["limit"])
            else:
                said = _profile_window.measure(target, order, answer, dump_stacks)
                said["gilEnabled"] = gil_enabled()
            answer({"ok": said})
        except Stuck as stuck:
            answer({"failure": {"kind": "stuck", "message": str(stuck), "detail": stuck.stacks}})
        except _profile_target.NoTarget as missing:
            answer({"failure": {"kind": "target", "message": str(missing), "detail": ""}})
        except BaseException as error:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            answer({"failure": {"kind": "raised", "message": f"{type(error).__name__}: {error}", "detail": text}})
    # Threads of the workload may never end by themselves.
    os._exit(0)
