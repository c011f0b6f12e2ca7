"""Functions of the host: ``createPool({ host: { lookup } })`` there, ``host.call("lookup", key)`` here.

Called in ordinary code it waits, and other threads go on. Called where an event loop runs, in ``async def``, it gives an
awaitable at once, because a loop must not stand still.
"""

from . import _wire
from ._channel import TaskCancelled, current
from ._waiting import ChannelLine, running_loop

__all__ = ["Answer", "CallEnded", "HostError", "HostStream", "call"]

# What the host answers to these belongs to streams it has handed out.
_TAKE = "nogil:take"
_CLOSE = "nogil:close"
_CALL_ENDED = "CALL_ENDED"


class HostError(Exception):
    """A function of the host failed.

    type:  name of the error's class there, such as ``"TypeError"``
    code:  its ``code``, or None
    stack: its stack as text
    """

    def __init__(self, type, message, code=None, stack=""):
        super().__init__(type, message, code, stack)
        self.type = type
        self.message = message
        self.code = code
        self.stack = stack

    def __str__(self):
        return f"{self.type}: {self.message}" if self.message else self.type


class CallEnded(HostError):
    """A function of the host came as an argument of a call, and that call has ended."""


def call(name, /, *args, **kwargs):
    """Calls a function of the host and gives what it returns; keyword arguments arrive as an object at the end.

    A function that returns an async iterator gives a HostStream. Raises HostError for what it throws, TaskCancelled when
    the running task is cancelled meanwhile, NotSendable for an argument that cannot travel, RuntimeError outside a worker.
    """
    return _start(name, args, kwargs or None, _result)


class HostStream:
    """What a function of the host yields, or an iterable that the host passed as an argument: ``for`` in ordinary code,
    ``async for`` in ``async def``.

    Ends with the task it was made in. Leaving a loop early ends it too; ``close()`` does so by hand.
    """

    def __init__(self, number, most=1):
        self._number = number
        # Items that are asked for at once; more and more of them up to this.
        self._most = most
        self._is_closed = False

    def __iter__(self):
        if running_loop() is not None:
            raise TypeError("where an event loop runs, an iterable of the host is read with `async for`")
        return self._items()

    def _items(self):
        count = 1
        try:
            while True:
                items, has_ended = _start(_TAKE, (self._number, count), None, _result)
                self._is_closed = has_ended
                yield from items
                if has_ended:
                    return
                count = min(2 * count, self._most)
        finally:
            self.close()

    async def __aiter__(self):
        count = 1
        try:
            while True:
                items, has_ended = await _start(_TAKE, (self._number, count), None, _result)
                self._is_closed = has_ended
                for item in items:
                    yield item
                if has_ended:
                    return
                count = min(2 * count, self._most)
        finally:
            closing = self.close()
            if closing is not None:
                await closing

    def close(self):
        """Ends the stream there. To be awaited in ``async def``, where something is left to end."""
        if self._is_closed:
            return None
        self._is_closed = True
        return _start(_CLOSE, (self._number,), None, _result)


class Answer:
    """What a call gives where an event loop runs: to ``await``, or for a stream to ``async for`` at once."""

    __slots__ = ("_convert", "_future")

    def __init__(self, future, convert=None):
        self._future = future
        self._convert = convert

    def then(self, convert):
        """The answer with ``convert`` applied to what comes."""
        return Answer(self._future, convert)

    def __await__(self):
        value = yield from self._future.__await__()
        return value if self._convert is None else self._convert(value)

    async def __aiter__(self):
        async for item in await self._future:
            yield item


def _start(name, args, keywords, read):
    loop = running_loop()
    channel = getattr(current, "channel", None)

    def settle(future, what, value):
        try:
            future.set_result(read(what, value))
        except TaskCancelled:
            future.cancel()
        except BaseException as error:
            future.set_exception(error)

    if channel is None or not channel.running:
        from ._detached import line as detached

        if loop is None:
            return read(*detached.call(name, args, keywords))
        return Answer(detached.future(loop, name, args, keywords, settle))
    if channel.line is None:
        channel.line = ChannelLine(channel)
    line = channel.line
    number = line.send(name, args, keywords)
    return read(*line.wait(number)) if loop is None else Answer(line.future(loop, number, settle))


def _result(what, value):
    """What the answer of the host means."""
    if what == _wire.VALUE:
        return value
    if what == _wire.STREAM:
        return HostStream(value)
    if what == _wire.CANCELLED:
        raise TaskCancelled("the task was cancelled while it waited for the host")
    error = CallEnded if value["code"] == _CALL_ENDED else HostError
    raise error(value["type"], value["message"], value["code"], value["stack"])
