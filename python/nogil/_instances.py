"""Calls of methods: one instance of a class per worker, never used by two threads at once unless declared safe.

With safety checks on, what really overlaps is reported: two threads that want to be inside an undeclared class at the
same time, and an attribute of a declared class that one thread writes while another is inside and the instance's
lock is not held.
"""

import sys
from _thread import RLock, allocate_lock, get_ident
from time import perf_counter

from ._adapter import Adapter
from ._coroutines import Steps, coroutine_of, runnable

OFF, WARN, STRICT = "off", "warn", "strict"

# Overlaps of one kind at one place are counted, their stacks are kept once; no more kinds than this are kept.
MOST_OVERLAPS = 200

# What to know when code that uses these runs in several threads. Told when they were imported.
UNSAFE_LIBRARIES = {
    "matplotlib.pyplot": "keeps the current figure in global state; use the Figure class in threads",
    "tkinter": "must be used by one thread, the main one",
    "grpc": "switches the GIL on when it is imported",
    "h5py": "serialises every call with one global lock",
    "netCDF4": "the HDF5 library below it is not thread-safe",
    "readline": "keeps its state in global variables",
}


class ThreadSafetyError(RuntimeError):
    """Two threads were inside code that is not declared thread-safe (``safetyChecks: "strict"``)."""


class Instances:
    """The worker's instances, by class, and what was seen of their use."""

    def __init__(self, checks, notify):
        self._checks = checks
        if checks != OFF:
            import traceback  # noqa: F401  now, not when two threads are being looked at
        self._notify = notify
        self._held = {}
        self._lock = RLock()
        self._overlaps = {}

    def abandon(self):
        """Leaves whatever this thread is still inside: an interrupt may come while a call is being left."""
        for held in list(self._held.values()):
            held.leave()

    def method(self, owner, name):
        """The callable that runs method ``name`` of the worker's instance of class ``owner``.

        Raises whatever the constructor raises, at each call until it succeeds.
        """
        with self._lock:
            held = self._held.get(owner)
            if held is None:
                held = self._held[owner] = _Held(owner, self)
        function = runnable(getattr(held.instance, name))
        declared = _is_declared(owner) or _is_declared(function)
        counts = held.instance._nogil_counts if isinstance(held.instance, Adapter) else None
        enter = held.enter_declared if declared else held.enter_alone
        leave = held.leave
        if declared and self._checks == OFF and counts is None:
            return function

        def call(*args, **kwargs):
            start = perf_counter()
            failed = True
            try:
                # Inside the try: an interrupt may arrive as soon as a lock that was waited for has been taken.
                enter(name)
                start = perf_counter()
                result = function(*args, **kwargs)
                failed = False
                return result
            finally:
                leave()
                if counts is not None:
                    counts.add(name, perf_counter() - start, failed)

        coroutine = coroutine_of(function)
        if coroutine is not None:
            call.nogil_coroutine = _excluding(coroutine, (enter, leave, name), counts)
        # A generator runs after the call that made it: whoever goes on with it is inside again (see _streams).
        call.nogil_guard = (enter, leave, name)
        return call

    def report(self):
        """What was seen so far: ``{"overlaps": [...], "libraries": [...]}``."""
        libraries = [{"module": name, "reason": why} for name, why in UNSAFE_LIBRARIES.items() if name in sys.modules]
        with self._lock:
            return {"overlaps": [dict(overlap) for overlap in self._overlaps.values()], "libraries": libraries}

    def saw(self, kind, owner, member, other_member, other_thread):
        """Records an overlap of this thread with another one. Raises ThreadSafetyError in strict mode."""
        place = (kind, owner.__qualname__, member, other_member)
        # Before anything that takes time: the other thread goes on meanwhile.
        other_stack = "" if place in self._overlaps else _stack(sys._current_frames().get(other_thread))
        with self._lock:
            overlap = self._overlaps.get(place)
            if overlap is None:
                overlap = {
                    "kind": kind,
                    "class": owner.__qualname__,
                    "member": member,
                    "otherMember": other_member,
                    "count": 0,
                    "stack": _stack(sys._getframe(2)),
                    "otherStack": other_stack,
                }
                if len(self._overlaps) < MOST_OVERLAPS:
                    self._overlaps[place] = overlap
                self._notify({"event": "overlap", **overlap, "count": 1})
            overlap["count"] += 1
        if self._checks == STRICT:
            raise ThreadSafetyError(
                f"{owner.__qualname__}.{member} while another thread is inside {other_member}: the class is not "
                f"declared thread-safe\nthis thread:\n{overlap['stack']}\nthe other:\n{overlap['otherStack']}"
                if kind == "method"
                else f"{owner.__qualname__}.{member} was written without the instance's lock while another thread is "
                f"inside {other_member}\nthis thread:\n{overlap['stack']}\nthe other:\n{overlap['otherStack']}"
            )

    def serialised(self, owner):
        self._notify({"event": "serialised", "class": owner.__qualname__})

    @property
    def checks(self):
        return self._checks


def _excluding(coroutine, guard, counts):
    """A coroutine method whose steps, from one await to the next, exclude the other calls of its instance."""

    async def call(*args, **kwargs):
        start = perf_counter()
        failed = True
        try:
            result = await Steps(coroutine(*args, **kwargs), guard=guard)
            failed = False
            return result
        finally:
            if counts is not None:
                counts.add(guard[2], perf_counter() - start, failed)

    return call


class _Held:
    """One instance with its lock and who is inside."""

    def __init__(self, owner, instances):
        self.owner = owner
        self.instances = instances
        # Reentrant only for _is_owned: a call never enters its instance twice.
        self.lock = RLock()
        # Thread id -> the method it is inside.
        self.inside = {}
        self.told = False
        checked = instances.checks != OFF and _is_declared(owner)
        self.instance = (_watched(owner, self) if checked else owner)()

    def enter_alone(self, method):
        me = get_ident()
        if not self.lock.acquire(blocking=False):
            if self.instances.checks != OFF:
                for thread, other in list(self.inside.items()):
                    self.instances.saw("method", self.owner, method, other, thread)
            if not self.told:
                self.told = True
                self.instances.serialised(self.owner)
            self.lock.acquire()
        self.inside[me] = method

    def enter_declared(self, method):
        self.inside[get_ident()] = method

    def leave(self):
        """Undoes what was done of entering, if anything was."""
        self.inside.pop(get_ident(), None)
        if self.lock._is_owned():
            self.lock.release()

    def wrote(self, instance, attribute):
        """Called before a watched attribute is written."""
        me = get_ident()
        for thread, method in list(self.inside.items()):
            if thread != me and not _is_guarded(instance):
                self.instances.saw("write", self.owner, attribute, method, thread)
                return


_LOCK, _RLOCK = type(allocate_lock()), type(RLock())


def _is_guarded(instance):
    """True when the writing thread holds a lock of the instance. A plain lock does not say whose it is: held will do."""
    return any(
        value.locked() if isinstance(value, _LOCK) else isinstance(value, _RLOCK) and value._is_owned()
        for value in list(vars(instance).values())
    )


def _watched(owner, held):
    """A subclass that looks at every attribute it writes."""

    def __setattr__(self, name, value):
        held.wrote(self, name)
        super(watched, self).__setattr__(name, value)

    watched = type(owner.__name__, (owner,), {"__setattr__": __setattr__, "__module__": owner.__module__})
    watched.__qualname__ = owner.__qualname__
    return watched


def _is_declared(target):
    return getattr(target, "__nogil_thread_safe__", False)


def _stack(frame):
    import traceback

    return "" if frame is None else "".join(traceback.format_stack(frame))
