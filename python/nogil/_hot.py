"""Where threads that slow one another down are, and what they share there."""

import sys
import time
from collections import Counter
from types import BuiltinFunctionType, FunctionType, ModuleType

LOOK_EVERY_SECONDS = 0.002
MOST_OBJECTS = 3
# On a machine that gives them no processor for a while, few looks meet a task: then it takes up to so many times longer.
LEAST_SEEN = 10
PATIENCE = 8

# Shared by design or by the interpreter: never what threads fight over.
_HARMLESS = (type(None), bool, int, str, type, ModuleType, FunctionType, BuiltinFunctionType, type(Ellipsis))


def look(channels, seconds):
    """Looks at the threads that run tasks for some time; None when none did.

    Only code objects and the names they use are read, never the variables of a running frame: those belong to
    the thread that runs it.
    """
    lines = Counter()
    objects = Counter()
    seen = 0
    begin = time.perf_counter()
    while time.perf_counter() - begin < (seconds if seen >= LEAST_SEEN else seconds * PATIENCE):
        frames = sys._current_frames()
        for channel in channels:
            frame = frames.get(channel.thread_id) if channel.running else None
            if frame is not None and frame.f_code.co_filename != __file__:
                seen += 1
                lines[frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno] += 1
                objects.update(_reached(frame))
        del frames
        time.sleep(LOOK_EVERY_SECONDS)
    if not lines:
        return None
    (file, function, line), _ = lines.most_common(1)[0]
    found = [{"name": name, "type": kind} for (name, kind), _ in objects.most_common(MOST_OBJECTS)]
    return {"file": file, "function": function, "line": line, "objects": found}


def _reached(frame):
    """Names and types of the global objects, and names of the enclosing variables, that a frame and its caller use."""
    reached = set()
    for current in (frame, frame.f_back):
        if current is None or current.f_code.co_filename.startswith(_PACKAGE):
            continue
        known = current.f_globals
        for name in current.f_code.co_names:
            value = known.get(name)
            if value is not None and not isinstance(value, _HARMLESS):
                reached.add((name, type(value).__qualname__))
        for name in current.f_code.co_freevars:
            reached.add((name, "variable of an enclosing function"))
    return reached


_PACKAGE = __file__[: -len("_hot.py")]
