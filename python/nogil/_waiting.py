"""A task that waits for the host: its thread reads its own channel, so no other thread has a part in it.

    serve() ─► task ─► host.call() ─► HOST_CALL ─►  the host
                           ▲                          │ may call the pool again: NESTED_CALL, run right here
                           └── HOST_ANSWER ◄──────────┘

Calls that the host had sent ahead arrive in between. They are kept, in order, for serve(). While a frame is being read
the channel is shielded: an interrupt in the middle of it would leave the rest of its bytes for a header.
"""

import os
import struct
import sys
from time import perf_counter

from . import _errors, _values, _wire
from ._channel import TaskCancelled, _clear_interrupt, _is_moved, _open_stream, _own

# Copied into one write below this size, sent part by part above (bytes).
_JOINED_BELOW = 1 << 16
_NOT_MEASURED = float("nan")
# sysexits.h: EX_SOFTWARE
_EXIT_BROKEN = 70


class ChannelLine:
    """The calls of the host that the tasks of one thread have under way. Used by that thread alone."""

    def __init__(self, channel):
        self._channel = channel
        self._number = 0
        self._answers = {}
        self._futures = {}
        self._functions = {}

    def send(self, name, args, keywords):
        """Sends a call and gives its number. Raises NotSendable."""
        channel = self._channel
        parts, size, flags = encoded((name, args, keywords), channel.serving[1] - _wire.NUMBER_SIZE)
        self._number += 1
        header = _wire.numbered(size, channel.running, _wire.HOST_CALL | flags, self._number)
        _send(channel, header, parts, size)
        return self._number

    def wait(self, number):
        """``(what, value)`` that the host says to a call. Other threads go on meanwhile."""
        self._answers[number] = None
        try:
            while self._answers[number] is None:
                self._read()
            return self._answers[number]
        finally:
            del self._answers[number]

    def future(self, loop, number, settle):
        """The same to await. ``settle(future, what, value)`` makes the result."""
        future = loop.create_future()
        task = self._channel.running
        descriptor = self._channel.socket.fileno()

        def done(future):
            self._futures.pop(number, None)
            if not any(each is loop for each, _, _ in self._futures.values()):
                loop.remove_reader(descriptor)
            if future.cancelled():
                self._channel.send_parts([_wire.numbered(0, task, _wire.HOST_CANCEL, number)])

        self._futures[number] = (loop, future, settle)
        future.add_done_callback(done)
        loop.add_reader(descriptor, self._read)
        return future

    def _read(self):
        """Reads one frame and does what it says."""
        channel = self._channel
        with channel.lock:
            channel.shielded = True
        try:
            _checkpoint()  # an interrupt from before the shield is raised here, and not below
            nested = self._take(*_next_frame(channel))
        finally:
            with channel.lock:
                channel.shielded = False
                interrupted = channel.interrupted and channel.interrupted == channel.running
        if interrupted:
            if nested is not None:
                channel.send_parts([_wire.reply(nested[0], _wire.RECALLED)])
            if running_loop() is None:
                raise TaskCancelled
            channel.coroutine[1].cancel()  # an event loop would only log what its callback raises
        elif nested is not None:
            self._run(*nested)

    def _take(self, task, kind, body):
        """Keeps a frame or hands it on; gives back a call that is to be run now."""
        what = kind & _wire.KIND_MASK
        if what == _wire.CALL or what == _wire.STREAM_CALL:
            self._channel.backlog += _wire.frame(task, kind, body)
        elif what == _wire.NESTED_CALL or what == _wire.NESTED_STREAM_CALL:
            return task, kind, body
        else:
            number, what, value = answer_of(kind, body)
            if what == _wire.CANCELLED:
                # The same is on its way on the control channel; here it must not be later than the answer.
                self._channel.cancelled = task
            if number in self._answers:
                self._answers[number] = (what, value)
            elif number in self._futures:
                _, future, settle = self._futures[number]
                if not future.done():
                    settle(future, what, value)
        return None

    def _run(self, task, kind, body):
        """Runs a call inside the task that waits, and replies."""
        channel = self._channel
        registry, limit, _ = channel.serving
        outer, outer_loop = channel.running, _leave_loop()
        start = end = perf_counter()
        channel.running = task
        try:
            try:
                name, args, keywords = _values.decode(body, kind)
                function = self._functions.get(name)
                if function is None:
                    function = self._functions[name] = _own(registry.resolve(name))
                result = function(*args, **(keywords or {}))
                if kind & _wire.KIND_MASK == _wire.NESTED_STREAM_CALL:
                    result = _open_stream(channel, task, name, result, function)
                end = perf_counter()
                parts, size, status = encoded(result, limit - _wire.TIMES_SIZE)
            except BaseException as error:
                end = perf_counter()
                parts, size, status = ([], 0, _wire.MOVED) if _is_moved(error) else _failure(error)
            channel.running = 0
            if channel.interrupted:
                _clear_interrupt(channel)
        except TaskCancelled as error:  # it arrived between the call's end and here
            channel.running = 0
            channel.interrupted = 0
            parts, size, status = _failure(error)
        finally:
            channel.running = outer
            _enter_loop(outer_loop)
        times = (start, end, _NOT_MEASURED)
        _send(channel, struct.pack(_wire.REPLY_HEADER, size + _wire.TIMES_SIZE, task, status, *times), parts, size)


def _send(channel, header, parts, size):
    channel.send_parts([b"".join((header, *parts))] if size < _JOINED_BELOW else [header, *parts])


def encoded(value, limit):
    """``(parts, size, flags)`` of a frame's body. Raises NotSendable."""
    data, attachments, flags = _values.encode(value)
    parts, size = ([data], len(data)) if attachments is None else _values.parts_with_attachments(data, attachments)
    if size > limit:
        raise _values.NotSendable("result", f"{size} bytes are over maxMessageBytes = {limit}")
    return parts, size, flags


def answer_of(kind, body):
    """``(number, what, value)``. A value that cannot be read becomes the failure of its call."""
    try:
        return _values.decode(body, kind)
    except (ValueError, TypeError, EOFError) as error:
        raise _wire.ProtocolError(f"an answer of the host cannot be read: {error}") from error


def _failure(error):
    data = _errors.encode(error)
    return [data], len(data), _wire.ERROR | _wire.HAS_EXTENSIONS


def _next_frame(channel):
    """Reads the next frame that serve() has not got: ``(task, kind, body)``. Ends the process with the channel."""
    _, limit, end_process = channel.serving
    try:
        if not channel.backlog:
            _complete_last(channel, limit)
        frame = _wire.read_frame(channel.socket, limit)
        if frame is None:
            end_process()
        return frame
    except (_wire.ProtocolError, OSError):
        # Not an error of the task: nobody can say any more where a frame on this channel begins.
        import traceback

        traceback.print_exc()
        os._exit(_EXIT_BROKEN)


def _complete_last(channel, limit):
    """Reads the rest of a frame that serve() has begun to receive, into the backlog."""
    view, at, high = channel.view, 0, channel.high
    channel.high = 0
    while high - at >= _wire.HEADER_SIZE:
        end = at + _wire.HEADER_SIZE + _length(view[at:], limit)
        if end > high:
            break
        at = end
    received = high - at
    if received == 0:
        return
    if received < _wire.HEADER_SIZE:
        header = bytearray(_wire.HEADER_SIZE)
        header[:received] = view[at:high]
        _fill(channel, header, received)
        channel.backlog += header[received:]
        received = _wire.HEADER_SIZE
    else:
        header = view[at:high]
    rest = bytearray(_wire.HEADER_SIZE + _length(header, limit) - received)
    _fill(channel, rest, 0)
    channel.backlog += rest


def _length(header, limit):
    (length,) = struct.unpack_from("<I", header)
    if length > limit:
        raise _wire.ProtocolError(f"a frame of {length} bytes is over the limit of {limit}")
    return length


def _fill(channel, body, got):
    if not _wire.fill(channel.socket, body, got):
        channel.serving[2]()


def _checkpoint():
    """Entering a function is where CPython raises what another thread has asked for."""


def running_loop():
    """The event loop that runs in this thread, or None; asyncio is not imported for it."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()


def _leave_loop():
    loop = running_loop()
    if loop is not None:
        sys.modules["asyncio"]._set_running_loop(None)
    return loop


def _enter_loop(loop):
    if loop is not None:
        sys.modules["asyncio"]._set_running_loop(loop)
