"""Coroutine functions. Calls of them belong on the worker's event loop (see _loop), and a thread that gets one says so.

Where the caller is not the host itself (an initialiser, a tool of a language model) the thread runs them to their result, on
an event loop of its own.
"""

from ._channel import TaskCancelled, current

CO_COROUTINE = 0x80


class Moved(BaseException):
    """The call belongs on the other kind of channel: a coroutine on the event loop's, anything else on a thread's."""


def coroutine_of(function):
    """The coroutine function behind a callable of the registry; None where there is none."""
    return getattr(function, "nogil_coroutine", None)


class Steps:
    """A coroutine to be awaited, one step at a time: each inside its instance's guard, and to be interrupted.

    An interrupted one that swallows CancelledError gets TaskCancelled instead.
    """

    def __init__(self, coroutine, is_interrupted=None, guard=None):
        self._coroutine = coroutine
        self._is_interrupted = is_interrupted
        self._guard = guard

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return self.send(None)

    def send(self, value):
        return self._step(self._coroutine.send, value)

    def throw(self, *error):
        if self._is_interrupted is not None and self._is_interrupted():
            error = (TaskCancelled(),)
        return self._step(self._coroutine.throw, *error)

    def close(self):
        self._coroutine.close()

    def _step(self, step, *args):
        if self._guard is None:
            return step(*args)
        enter, leave, method = self._guard
        try:
            enter(method)
            return step(*args)
        finally:
            leave()


def runnable(function):
    """A function that runs to its result: a coroutine function gets the calling thread's event loop."""
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    if not flags & CO_COROUTINE:
        return function

    def run(*args, **kwargs):
        loop = getattr(current, "loop", None)
        if loop is None or loop.is_running():  # running: this call came from inside a task of that loop
            import asyncio

            outer, loop = loop, asyncio.new_event_loop()
            current.loop = loop
            if outer is not None:
                return _inside(outer, loop, run, args, kwargs)
        task = loop.create_task(function(*args, **kwargs))
        channel = getattr(current, "channel", None)
        if channel is None:
            return loop.run_until_complete(task)
        outer_coroutine = channel.coroutine
        channel.coroutine = (loop, task)
        try:
            # The request to stop may have come before there was a task to tell.
            if channel.cancelled == channel.running:
                task.cancel()
            return loop.run_until_complete(task)
        finally:
            channel.coroutine = outer_coroutine
            if not task.done():
                # An interrupt hit the loop itself: on that loop the coroutine would go on with the next call.
                current.loop = None
                task._log_destroy_pending = False
                loop.close()

    run.nogil_coroutine = function
    return run


def _inside(outer, loop, run, args, kwargs):
    """Runs a coroutine function on a loop of its own while the thread's usual one waits."""
    try:
        return run(*args, **kwargs)
    finally:
        current.loop = outer
        loop.close()
