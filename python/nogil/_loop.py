"""The worker's event loop: one thread, one channel, thousands of coroutines at once.

    CALL fetch(url) on a thread's channel ─► MOVED: the host sends it, and all later calls of that name, on this channel
    CALL fetch(url) on this channel       ─► an asyncio task ─► its reply, in the order in which the tasks end

The thread and asyncio exist once the host asks for the loop. What other modules ask of a channel (which task runs, was it
cancelled) has an answer here for every asyncio task by itself, through a context variable.
"""

import struct
import sys
from _thread import allocate_lock, get_ident
from collections import deque
from contextvars import ContextVar
from time import perf_counter

from . import _errors, _interrupt, _streams, _values, _wire
from ._channel import TaskCancelled, _clear_interrupt, current, too_large
from ._coroutines import Moved, Steps, coroutine_of
from ._waiting import answer_of, encoded

_NOT_MEASURED = float("nan")

# The id of the call within which code runs, also in the asyncio tasks it starts.
_task = ContextVar("nogil task", default=0)


class LoopChannel:
    """The channel of the event loop, with what other parts of the worker ask of the channel of a thread."""

    is_loop = True
    # Of a thread that reads its channel within a task; here nobody does.
    shielded = False

    def __init__(self, sock, number):
        self.socket = sock
        self.number = number
        self.last_started = 0
        self.recalled = set()
        self.interrupted = 0
        self.thread_id = 0
        self.lock = allocate_lock()
        self.serving = None
        self.line = _LoopLine(self)
        self.streams = {}
        self.out = []
        self.loop = None
        # Calls that have begun, and their ids.
        self._tasks = {}
        self._ids = {}
        self._cancelled = set()
        # Those that were cancelled and went on.
        self._interrupted = set()
        self._functions = {}
        self.transport = None
        self._is_flushing = False

    @property
    def running(self):
        return _task.get()

    @property
    def cancelled(self):
        task = _task.get()
        return task if task in self._cancelled else 0

    @property
    def executing(self):
        """The call that the loop works on at this moment; 0 for none, -1 for one that cannot be named. From any thread."""
        loop, asyncio = self.loop, sys.modules.get("asyncio")
        task = None if loop is None else asyncio.current_task(loop)
        if task is None:
            return 0
        found = self._ids.get(task)
        if found is None:
            context = getattr(task, "get_context", None)  # from Python 3.12 on
            found = -1 if context is None else context().get(_task, -1)
        return found or -1

    # --- the loop's own thread ---

    def serve(self, registry, max_message_bytes, end_process):
        """Runs the loop until the process ends."""
        import asyncio

        self.thread_id = get_ident()
        current.channel = self
        self.serving = (registry, max_message_bytes, end_process)
        self.loop = loop = _new_loop(asyncio)
        asyncio.set_event_loop(loop)
        loop.run_until_complete(self._connect(asyncio, loop))
        while True:
            try:
                loop.run_forever()
            except (KeyboardInterrupt, SystemExit, TaskCancelled):
                # From an asyncio task that a call has started and nobody awaits, or from an interrupt that came late.
                continue

    async def _connect(self, asyncio, loop):
        import socket

        sock = socket.socket(fileno=self.socket.detach())
        self.socket = sock
        sock.setblocking(False)
        connect = loop.create_connection
        if sock.family == getattr(socket, "AF_UNIX", None):
            connect = loop.create_unix_connection
        await connect(_protocol(asyncio, self, self.serving), sock=sock)

    def take(self, task, kind, body):
        """Does what a frame says."""
        what = kind & _wire.KIND_MASK
        if what == _wire.HOST_ANSWER:
            return self.line.answered(kind, body)
        self.last_started = task
        if task in self.recalled:
            self.recalled.discard(task)
            return self._reply(task, _wire.RECALLED, 0.0, 0.0, b"")
        _task.set(task)
        try:
            work = self.loop.create_task(self._work(task, kind, body))
        finally:
            _task.set(0)
        self._ids[work] = task
        work.add_done_callback(self._ended)

    async def _work(self, task, kind, body):
        import asyncio

        start = perf_counter()
        self._tasks[task] = asyncio.current_task()
        registry, limit, _ = self.serving
        try:
            if task in self._cancelled:
                raise asyncio.CancelledError
            name, args, keywords = _values.decode(body, kind)
            is_stream = kind & _wire.KIND_MASK == _wire.STREAM_CALL
            part = _streams.ASYNC_PARTS.get(name)
            if part is not None:
                result = await part(self, *args)
            elif is_stream:
                result = await self._open(asyncio, task, name, args, keywords or {}, registry)
            else:
                function = self._functions.get(name)
                if function is None:
                    function = coroutine_of(registry.resolve(name))
                    if function is None:
                        raise Moved
                    self._functions[name] = function
                call = function(*args, **(keywords or {}))
                result = await Steps(call, lambda: task in self._interrupted)
            parts, size, status = encoded(result, limit - _wire.TIMES_SIZE)
        except Moved:
            parts, size, status = [], 0, _wire.MOVED
        except BaseException as error:
            data = _errors.encode(error)
            parts, size, status = [data], len(data), _wire.ERROR | _wire.HAS_EXTENSIONS
        if self.interrupted == task:
            _clear_interrupt(self)
        self._ids.pop(self._tasks.pop(task), None)
        self._cancelled.discard(task)
        self._interrupted.discard(task)
        self.recalled.discard(task)
        self._reply(task, status, start, perf_counter(), *parts)

    async def _open(self, asyncio, task, name, args, keywords, registry):
        function = registry.resolve(name)
        make = coroutine_of(function)
        value = function(*args, **keywords) if make is None else await make(*args, **keywords)
        if not hasattr(type(value), "__aiter__"):
            if make is None:
                raise Moved
            raise _streams.no_stream(name, value)
        self.streams[task] = _streams.AsyncStream(asyncio, value, getattr(function, "nogil_guard", None))

    def _ended(self, work):
        """Somebody has cancelled the task before it began, so it has said nothing."""
        task = self._ids.pop(work, None)
        if task is not None:
            self._cancelled.discard(task)
            data = _errors.encode(sys.modules["asyncio"].CancelledError("cancelled before it began"))
            self._reply(task, _wire.ERROR | _wire.HAS_EXTENSIONS, 0.0, 0.0, data)

    def _reply(self, task, status, start, end, *parts):
        size = sum(map(len, parts)) + _wire.TIMES_SIZE
        if size > self.serving[1]:
            data = too_large(size, self.serving[1])
            parts, size, status = [data], len(data) + _wire.TIMES_SIZE, _wire.ERROR | _wire.HAS_EXTENSIONS
        self.out.append(struct.pack(_wire.REPLY_HEADER, size, task, status, start, end, _NOT_MEASURED))
        self.out.extend(parts)
        self.flush()

    def flush(self):
        """Sends what has gathered, at the end of the loop's turn. The control thread asks too, and need not."""
        if not self._is_flushing and self.out and get_ident() == self.thread_id:
            self._is_flushing = True
            self.loop.call_soon(self._write)

    def send_parts(self, parts):
        self.out.extend(parts)
        self.flush()

    def _write(self):
        self._is_flushing = False
        parts, self.out = self.out, []
        self.transport.write(b"".join(parts))

    # --- the control thread ---

    def cancel(self, task):
        """Cancels the call's asyncio task, as soon as it has begun."""
        self.loop.call_soon_threadsafe(self._cancel, task)
        return True

    def interrupt(self, task):
        """Raises TaskCancelled in the call: at once where it keeps the loop from going on, else where it waits."""
        with self.lock:
            self.interrupted = task
            if self.executing == task and _interrupt.throw(self.thread_id, TaskCancelled):
                return True
            self.interrupted = 0
        self.loop.call_soon_threadsafe(self._interrupt, task)
        return True

    def _cancel(self, task):
        work = self._tasks.get(task)
        if work is not None or task > self.last_started or task in self._ids.values():
            self._cancelled.add(task)
        if work is not None:
            work.cancel()

    def _interrupt(self, task):
        work = self._tasks.get(task)
        if work is not None:
            self._interrupted.add(task)
            work.cancel()


class _LoopLine:
    """Calls of the host by coroutines."""

    def __init__(self, channel):
        self._channel = channel
        self._number = 0
        self._futures = {}

    def send(self, name, args, keywords):
        """Sends a call and gives its number. Raises NotSendable."""
        channel = self._channel
        parts, size, flags = encoded((name, args, keywords), channel.serving[1] - _wire.NUMBER_SIZE)
        self._number += 1
        channel.send_parts([_wire.numbered(size, channel.running, _wire.HOST_CALL | flags, self._number), *parts])
        return self._number

    def future(self, loop, number, settle):
        """What the host says to the call, to be awaited. ``settle(future, what, value)`` makes the result."""
        future = loop.create_future()
        task = self._channel.running

        def done(future):
            self._futures.pop(number, None)
            if future.cancelled():
                self._channel.send_parts([_wire.numbered(0, task, _wire.HOST_CANCEL, number)])

        self._futures[number] = future, settle
        future.add_done_callback(done)
        return future

    def answered(self, kind, body):
        number, what, value = answer_of(kind, body)
        future, settle = self._futures.get(number, (None, None))
        if future is not None and not future.done():
            settle(future, what, value)


def _protocol(asyncio, channel, serving):
    """What asyncio calls with the bytes of the channel."""
    _, limit, end_process = serving

    class Frames(asyncio.Protocol):
        def __init__(self):
            self._gathered = deque()
            self._size = 0
            self._needed = _wire.HEADER_SIZE

        def connection_made(self, transport):
            channel.transport = transport

        def data_received(self, data):
            self._gathered.append(data)
            self._size += len(data)
            if self._size < self._needed:
                return
            data = bytearray().join(self._gathered)
            self._gathered.clear()
            at, end = 0, len(data)
            self._needed = _wire.HEADER_SIZE
            while end - at >= _wire.HEADER_SIZE:
                length, task, kind = struct.unpack_from(_wire.HEADER, data, at)
                if length > limit:
                    raise SystemError(f"a frame of {length} bytes is over the limit of {limit}")
                if end - at < _wire.HEADER_SIZE + length:
                    self._needed = _wire.HEADER_SIZE + length
                    break
                start = at + _wire.HEADER_SIZE
                at = start + length
                channel.take(task, kind, data[start:at])
            self._size = end - at
            if self._size:
                self._gathered.append(data[at:])

        def connection_lost(self, error):
            end_process()

    return Frames


def _new_loop(asyncio):
    """uvloop's where it can be had. Where the GIL is off, only if user code has imported it and the GIL stayed off: its
    extension module may switch it on."""
    try:
        is_allowed = getattr(sys, "_is_gil_enabled", lambda: True)() or "uvloop" in sys.modules
        if is_allowed:
            import uvloop

            return uvloop.new_event_loop()
    except Exception:  # not there, or not for this Python
        pass
    return asyncio.new_event_loop()
