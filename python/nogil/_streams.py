"""Results that come one by one. A generator stays with the thread that made it, and the host asks for more of it.

    STREAM_CALL rows(path)     the generator is kept under the id of the call
    nogil:pull(id, credit)     -> (MORE, items, None) | (ENDED, items, what it returned) | (FAILED, items, what it raised)
    nogil:close(id)            closes it, so that its ``finally`` runs

Between two pulls the thread does other work: a reader that is slow occupies nothing, and a pool of one thread can be called
for every item. A pull ends with its credit, after a millisecond or with 64 KiB, whichever comes first; what it has gathered
when the next item takes longer, the host has sent by the control thread (``flush``).
"""

import sys
from _thread import allocate_lock
from time import perf_counter

from . import _values, _wire
from ._channel import TaskCancelled, current
from ._coroutines import Moved, Steps

MORE, ENDED, FAILED = 0, 1, 2

# A pull that has gathered this much is answered (seconds, bytes, items).
_LONG_ENOUGH = 1e-3
_LARGE_ENOUGH = 1 << 16
_MANY_ENOUGH = 1 << 10


class Stream:
    """One generator, or another iterator, of one thread."""

    def __init__(self, iterator, guard):
        self.iterator = iterator
        # (enter, leave, method) of an instance whose calls exclude one another, or None.
        self.guard = guard
        # Items a pull may gather: a few at first, because nobody knows how large they are.
        self.most = 1
        # Made, and not sent; the control thread may take them, holding the lock.
        self.items = []
        self.lock = allocate_lock()
        # Id of the pull that runs, 0 between pulls.
        self.task = 0
        # Items that were too many for one message, and what is to be said after them.
        self.rest = []
        self.last = (MORE, None)

    def gather(self, credit, channel):
        """Makes items until it is time to send them: ``(state, what the iterator returned or raised)``."""
        items, step, most = self.items, self.iterator.__next__, min(credit, self.most)
        made = size = 0
        start = perf_counter()
        try:
            while True:
                item = step()
                items.append(item)
                made += 1
                if made >= most:
                    break
                size += sys.getsizeof(item)
                if size > _LARGE_ENOUGH or perf_counter() - start > _LONG_ENOUGH or channel.cancelled == channel.running:
                    break
            return MORE, None
        except StopIteration as end:
            return ENDED, end.value
        except TaskCancelled:
            raise
        except BaseException as error:
            return FAILED, error

    def learn(self, items, size):
        """How many the next pull may gather, after one of so many bytes."""
        if size > _LARGE_ENOUGH:
            self.most = max(1, items * _LARGE_ENOUGH // size)
        elif items >= self.most:
            self.most = min(2 * self.most, _MANY_ENOUGH)

    def close(self):
        """Ends the iterator early."""
        close = getattr(self.iterator, "close", None)
        self.iterator = iter(())
        if close is not None:
            _guarded(self.guard, close)


def open_stream(channel, task, name, value, function):
    """Keeps what a function returned, under the id of its call. Raises TypeError for what gives no items one by one."""
    if hasattr(type(value), "__next__"):
        iterator = value
    elif hasattr(type(value), "__aiter__"):
        raise Moved
    else:
        raise no_stream(name, value)
    channel.streams[task] = Stream(iterator, getattr(function, "nogil_guard", None))


def no_stream(name, value):
    return TypeError(
        f"{name} returned a {type(value).__name__}, which is no stream: pool.stream needs a generator or another "
        "iterator; yield the items, or use pool.call"
    )


def pull(number, credit):
    """At most ``credit`` further items of the calling thread's stream, encoded."""
    channel = current.channel
    stream = channel.streams[number]
    if stream.rest:
        items, (state, extra) = stream.rest, stream.last
    else:
        stream.task = channel.running
        try:
            state, extra = _guarded(stream.guard, stream.gather, credit, channel)
        finally:
            with stream.lock:
                stream.task = 0
                items, stream.items = stream.items, []
    encoded, state = _encoded(channel, stream, items, state, extra)
    if state != MORE:
        del channel.streams[number]
        if state == FAILED:
            _close_quietly(stream)
    return encoded


def close(number):
    """Closes the stream, if it is still there. Raises what its ``finally`` raises."""
    stream = current.channel.streams.pop(number, None)
    if stream is not None:
        stream.close()


def flush(channel, number):
    """Sends what a pull that still runs has made so far. Called by the control thread."""
    channel.flush()
    stream = channel.streams.get(number)
    if stream is None or channel.is_loop:  # a loop does so itself
        return
    with stream.lock:
        if stream.task:
            _send_ahead(stream, channel)


def _send_ahead(stream, channel):
    """Sends what a pull has made, ahead of its answer."""
    items, taken = stream.items, stream.items[:]
    if not taken:
        return
    del items[: len(taken)]
    try:
        data, attachments, flags = _values.encode((MORE, taken, None))
    except BaseException:  # the pull itself will find it and say so
        items[:0] = taken
        return
    parts, size = [data], len(data)
    if attachments is not None:
        parts, size = _values.parts_with_attachments(data, attachments)
    channel.send_parts([_wire.header(size, stream.task, _wire.ITEMS | flags), *parts])


PARTS = {"nogil:pull": pull, "nogil:close": close}


def _encoded(channel, stream, items, state, extra):
    """The answer to a pull, and its state. An item that cannot be sent ends the stream after those before it."""
    try:
        parts = _values.encode((state, items, extra))
    except TaskCancelled:
        raise
    except BaseException as error:
        state = FAILED
        items, failure = _sendable(items)
        extra = error if failure is None else failure
        parts = _values.encode((state, items, extra))
    data, attachments, _ = parts
    size = len(data) + (0 if attachments is None else attachments.size)
    stream.learn(len(items), size)
    if size <= channel.serving[1] - _wire.TIMES_SIZE or len(items) < 2:
        stream.rest, stream.last = [], (MORE, None)
        return _values.Encoded(parts), state
    half = len(items) // 2
    encoded, told = _encoded(channel, stream, items[:half], MORE, None)
    if told == MORE:
        stream.rest, stream.last = [*stream.rest, *items[half:]], (state, extra)
    return encoded, told


def _sendable(items):
    """The items before the first that cannot be sent, and why that one cannot; None when all can."""
    for at, item in enumerate(items):
        try:
            _values.encode(item)
        except TaskCancelled:
            raise
        except BaseException as error:
            return items[:at], error
    return items, None


def _guarded(guard, function, *args):
    if guard is None:
        return function(*args)
    enter, leave, method = guard
    try:
        enter(method)
        return function(*args)
    finally:
        leave()


def _close_quietly(stream):
    """The reader hears why the stream ended; what closing raises on top of that concerns nobody."""
    try:
        stream.close()
    except TaskCancelled:
        raise
    except BaseException:
        pass


class AsyncStream:
    """An asynchronous iterator, read on the event loop."""

    def __init__(self, asyncio, iterable, guard):
        self.iterator = iterable.__aiter__()
        self.guard = guard
        # Two pulls may be under way, and the iterator goes on for one of them at a time.
        self.turn = asyncio.Lock()
        self.most = 1
        self.items = []
        self.task = 0
        self.rest = []
        self.last = (MORE, None)
        self._will_flush = False

    learn = Stream.learn

    async def gather(self, asyncio, credit, channel):
        """As Stream.gather. What was made when the iterator begins to wait is sent then."""
        items, most = self.items, min(credit, self.most)
        made = size = 0
        start = perf_counter()
        try:
            while True:
                item = await Steps(self.iterator.__anext__().__await__(), guard=self.guard)
                items.append(item)
                made += 1
                if made >= most:
                    break
                size += sys.getsizeof(item)
                if size > _LARGE_ENOUGH or perf_counter() - start > _LONG_ENOUGH or channel.cancelled == channel.running:
                    break
                if not self._will_flush:
                    self._will_flush = True
                    channel.loop.call_soon(self._flush, channel)
            return MORE, None
        except StopAsyncIteration:
            return ENDED, None
        except (TaskCancelled, asyncio.CancelledError):
            raise
        except BaseException as error:
            return FAILED, error

    def _flush(self, channel):
        self._will_flush = False
        if self.task:
            _send_ahead(self, channel)

    async def close(self):
        close = getattr(self.iterator, "aclose", None)
        if close is not None:
            await Steps(close().__await__(), guard=self.guard)


async def pull_async(channel, number, credit):
    """As pull, on the event loop."""
    import asyncio

    stream = channel.streams[number]
    async with stream.turn:
        if stream.rest:
            items, (state, extra) = stream.rest, stream.last
        else:
            stream.task = channel.running
            try:
                state, extra = await stream.gather(asyncio, credit, channel)
            finally:
                stream.task = 0
                items, stream.items = stream.items, []
        encoded, state = _encoded(channel, stream, items, state, extra)
        if state != MORE:
            channel.streams.pop(number, None)
            if state == FAILED:
                try:
                    await stream.close()
                except Exception:  # the reader hears why the stream ended
                    pass
    return encoded


async def close_async(channel, number):
    """As close, on the event loop."""
    stream = channel.streams.pop(number, None)
    if stream is not None:
        await stream.close()


ASYNC_PARTS = {"nogil:pull": pull_async, "nogil:close": close_async}
