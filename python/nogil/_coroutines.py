"""Coroutine functions: each thread runs them on an event loop of its own, one at a time."""

from ._channel import current

CO_COROUTINE = 0x80


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

    return run


def _inside(outer, loop, run, args, kwargs):
    """Runs a coroutine function on a loop of its own while the thread's usual one waits."""
    try:
        return run(*args, **kwargs)
    finally:
        current.loop = outer
        loop.close()
