"""One thread, one channel: reads a call, runs it, writes the reply. No queue and no dispatcher in between.

The control thread touches a channel in three ways only: it adds to ``recalled``, it may flush ``out``, and it may
raise TaskCancelled in the thread. The order of operations that makes each of these exact is said where it matters.
"""

import struct
from _socket import socket  # the C class alone: the module around it takes longer to import than all of ours
from _thread import _local, allocate_lock, get_ident
from time import perf_counter, thread_time

from . import _errors, _regions, _values, _wire

# Replies of tiny tasks are gathered and sent together, but none waits longer than this (seconds).
FLUSH_AFTER = 200e-6

# A call whose function took less than this the last time is not worth two readings of the thread's CPU clock (seconds).
MEASURE_CPU_FROM = 100e-6

RECEIVE_BYTES = 1 << 18

# The descriptors of new regions.
_NEWS = struct.Struct("<II")

current = _local()


class TaskCancelled(BaseException):
    """Raised inside a task that was cancelled and did not stop by itself. Let it pass."""


class Channel:
    """What the serving thread and the control thread share about one channel."""

    is_loop = False
    __slots__ = (
        "socket", "number", "last_started", "running", "recalled", "cancelled", "interrupted", "coroutine", "out", "lock",
        "thread_id", "view", "high", "backlog", "shielded", "line", "serving",
        "streams",
    )  # fmt: skip

    def __init__(self, descriptor, number):
        self.socket = socket(fileno=descriptor)
        self.number = number
        # Id of the last task that was started; ids grow along a channel, so a larger one has not been.
        self.last_started = 0
        # Id of the task that is running, 0 between tasks.
        self.running = 0
        # Ids the host took back before they were started.
        self.recalled = set()
        # Id of the task that was asked to stop, and of the one in which TaskCancelled was raised.
        self.cancelled = 0
        self.interrupted = 0
        # (event loop, asyncio task) while a coroutine function runs.
        self.coroutine = None
        # Replies not sent yet. Append and delete of a list are atomic with and without the GIL.
        self.out = []
        self.lock = allocate_lock()
        self.thread_id = 0
        # The buffer of serve() and how much of it was filled last, frames from its start on; and whole frames that a
        # task read while it waited for the host (see _waiting), which come after them.
        self.view = memoryview(b"")
        self.high = 0
        self.backlog = bytearray()
        # True while this thread reads the channel inside a task: no exception may be raised in the middle of a frame.
        self.shielded = False
        # The calls of the host that the tasks of this thread have under way, once there was one.
        self.line = None
        # (registry, largest message in bytes, end of the process): what serve() was given.
        self.serving = None
        # The generators that the host reads, by the id of the call that made each (see _streams).
        self.streams = {}

    @property
    def executing(self):
        """The task that the thread works on at this moment; 0 for none."""
        return self.running

    def take_backlog(self, view):
        """Moves the first bytes that were read ahead into ``view``; how many."""
        count = min(len(view), len(self.backlog))
        view[:count] = self.backlog[:count]
        del self.backlog[:count]
        return count

    def fill(self, body, got):
        """Reads the rest of a frame, first from what was read ahead; False at the end of the channel."""
        if self.backlog:
            got += self.take_backlog(memoryview(body)[got:])
        self.high = 0
        return _wire.fill(self.socket, body, got)

    def flush(self):
        """Sends what has gathered. Callable from both threads."""
        with self.lock:
            out = self.out
            count = len(out)
            if count:
                parts = out[:count]
                del out[:count]
                self.socket.sendall(parts[0] if count == 1 else b"".join(parts))

    def send_parts(self, parts):
        """Sends a large reply without joining it, after what has gathered."""
        self.flush()
        with self.lock:
            for part in parts:
                self.socket.sendall(part)


def attach(channel):
    """Makes the calling thread the one that serves the channel."""
    channel.thread_id = get_ident()
    current.channel = channel


def serve(channel, registry, abandon, sensor, max_message_bytes, end_process):
    """Serves the channel until its end, then calls ``end_process``. The thread was attached before.

    abandon: called after an interrupt, to give back what the interrupted code may still hold of ours.
    sensor: what adds up the threads' times (_sensing), or None.
    """
    # Every thread has its own of all this: on 3.13t an object that two threads use is slower than the work itself.
    import marshal
    import struct

    functions = {}
    note = None if sensor is None else sensor.attach(channel.number, functions)
    loads, dumps = marshal.loads, marshal.dumps
    header = struct.Struct(_wire.HEADER).unpack_from
    pack_reply = struct.Struct(_wire.REPLY_HEADER).pack
    header_size, times_size = _wire.HEADER_SIZE, _wire.TIMES_SIZE
    has_attachments, result_kind = _wire.HAS_ATTACHMENTS, _wire.RESULT
    clock, cpu_clock = perf_counter, thread_time
    decode, encode, describe = _values.decode, _values.encode, _errors.encode
    failed = _wire.ERROR | _wire.HAS_EXTENSIONS
    measure_cpu_from, flush_after, not_measured = MEASURE_CPU_FROM, FLUSH_AFTER, float("nan")
    scalars = frozenset({type(None), bool, int, float, str})
    receive, send, lock, flush = channel.socket.recv_into, channel.socket.sendall, channel.lock, channel.flush
    out, recalled = channel.out, channel.recalled
    append = out.append
    largest_data = max_message_bytes - times_size
    buffer = bytearray(RECEIVE_BYTES)
    view = memoryview(buffer)
    low = high = 0
    first_waiting = 0.0
    regions = None
    backlog = channel.backlog
    kind_mask, for_a_waiting_task = _wire.KIND_MASK, (
        _wire.HOST_ANSWER,
        _wire.NESTED_CALL,
        _wire.NESTED_STREAM_CALL,
    )
    channel.view = view
    channel.serving = (registry, max_message_bytes, end_process)
    while True:
        if backlog:
            count = channel.take_backlog(view[high:])
        else:
            count = receive(view[high:]) if high else receive(buffer)
        if count == 0:
            end_process()
            return
        high += count
        channel.high = high
        while high - low >= header_size:
            length, task, kind = header(buffer, low)
            start_of_body = low + header_size
            end_of_body = start_of_body + length
            if end_of_body <= high and not kind:
                body = view[start_of_body:end_of_body]
                low = end_of_body
            elif end_of_body <= high:
                body = view[start_of_body:end_of_body]
                if kind & has_attachments:
                    body = bytearray(body)
                low = end_of_body
            elif length > max_message_bytes:
                raise _wire.ProtocolError(f"a frame of {length} bytes is over the limit of {max_message_bytes}")
            elif length > RECEIVE_BYTES - header_size or kind & has_attachments:
                flush()
                body = bytearray(length)
                body[: high - start_of_body] = view[start_of_body:high]
                if not channel.fill(body, high - start_of_body):
                    end_process()
                    return
                low = high
            else:
                break  # the rest of a small frame is still to come
            if kind and kind & kind_mask in for_a_waiting_task:
                # It does not wait any more. A call that was to run inside it has not begun.
                if kind & kind_mask != _wire.HOST_ANSWER:
                    append(pack_reply(times_size, task, _wire.RECALLED, 0.0, 0.0, 0.0))
                continue
            # The host recalls a task in the opposite order: it adds the id, then reads last_started. So either it
            # sees that the task has started, or the next line sees the recall.
            channel.last_started = task
            if recalled and task in recalled:
                recalled.discard(task)
                append(pack_reply(times_size, task, _wire.RECALLED, 0.0, 0.0, 0.0))
                continue
            attachments = None
            cpu = not_measured
            start = end = clock()
            status = result_kind
            channel.running = task
            try:
                try:
                    name, args, keywords = decode(body, kind, regions) if kind else loads(body)
                    entry = functions.get(name)
                    if entry is None:
                        entry = functions[name] = _entry(_own(registry.resolve(name)))
                    function, seconds = entry[0], entry[1]
                    if seconds >= measure_cpu_from:
                        if out:
                            flush()
                        cpu = -cpu_clock()
                    result = function(*args) if keywords is None else function(*args, **keywords)
                    if kind and kind & kind_mask:
                        result = _open_stream(channel, task, name, result, function)
                    end = clock()
                    entry[1] = end - start
                    if cpu == cpu:
                        cpu += cpu_clock()
                    if type(result) in scalars:
                        data = dumps(result, 4)
                    else:
                        data, attachments, flags = encode(result)
                        status |= flags
                except BaseException as error:
                    end = clock()
                    if cpu < 0:
                        cpu += cpu_clock()
                    data, attachments = describe(error), None
                    status = failed
                    if _is_moved(error):
                        data, status = b"", _wire.MOVED
                channel.running = 0
                if channel.interrupted:
                    _clear_interrupt(channel)
                    abandon()
            except TaskCancelled as error:  # it arrived between the task's end and here
                channel.running = 0
                channel.interrupted = 0
                abandon()
                status = failed
                data, attachments = describe(error), None
            if note is not None and cpu == cpu:
                note(entry, end - start, cpu)
            # Not kept until the next task: a large value, or an object whose end the user waits for.
            result = args = keywords = None
            if attachments is not None or kind & has_attachments:
                if regions is None and max(length, attachments.size if attachments else 0) >= _wire.REGION_FROM_BYTES:
                    regions = _regions.make_regions()
                body = None  # arrays over it may be part of the result, and nothing else
                times = (start, end, cpu)
                _send_large(channel, regions, kind, pack_reply, task, status, times, data, attachments, max_message_bytes)
                continue
            if len(data) > largest_data:
                status, data = failed, too_large(len(data), max_message_bytes)
            reply = pack_reply(len(data) + times_size, task, status, start, end, cpu) + data
            if out:
                append(reply)
                if end - first_waiting > flush_after:
                    flush()
            elif low == high:
                with lock:  # nothing else is waiting to be sent, so order is kept without the list
                    send(reply)
            else:
                first_waiting = end
                append(reply)
        if out:
            channel.flush()
        if low == high:
            low = high = 0
        elif low:
            # What is left is the beginning of one frame, shorter than the buffer: move it to the front.
            left = bytes(view[low:high])
            low, high = 0, len(left)
            view[:high] = left


def _entry(function):
    """What a thread keeps of a function: callable, seconds of the last call, and sums for the sensor (_sensing)."""
    return [function, 1.0, 0, 0.0, 0.0, 0.0]


def _own(function):
    """A function that a thread itself runs. Raises Moved for a coroutine function."""
    if hasattr(function, "nogil_coroutine"):
        from ._coroutines import Moved

        raise Moved
    return function


def _is_moved(error):
    from ._coroutines import Moved

    return type(error) is Moved


def _open_stream(*args):
    from ._streams import open_stream  # most workers never need it

    return open_stream(*args)


def _send_large(channel, regions, kind, pack_reply, task, status, times, data, attachments, max_message_bytes):
    """Replies where the request or the reply has attachments."""
    parts, size = [data], len(data)
    if attachments is not None:
        if len(data) + attachments.size + _wire.TIMES_SIZE > max_message_bytes:
            status = _wire.ERROR | _wire.HAS_EXTENSIONS
            parts = [too_large(len(data) + attachments.size, max_message_bytes)]
            size = len(parts[0])
        elif attachments.size >= _wire.REGION_FROM_BYTES and regions is not None and regions.place(attachments):
            status |= _wire.IN_REGION
            parts = [_values.ATTACHMENT_HEAD.pack(len(data), attachments.size), data]
            size = _values.ATTACHMENT_HEAD.size + len(data)
        else:
            parts, size = _values.parts_with_attachments(data, attachments)
            if kind & _wire.IN_REGION:  # the result may be the argument, which goes back to the host before this leaves
                parts = [bytes(part) for part in parts]
        attachments.views.clear()
    elif size + _wire.TIMES_SIZE > max_message_bytes:
        status = _wire.ERROR | _wire.HAS_EXTENSIONS
        parts = [too_large(size, max_message_bytes)]
        size = len(parts[0])
    if kind & _wire.IN_REGION and regions is not None:
        regions.end_request()
    news = regions.news() if regions is not None else None
    if news is not None:
        status |= _wire.NEW_REGIONS
        parts.insert(0, _NEWS.pack(*news))
        size += _NEWS.size
    channel.send_parts([pack_reply(size + _wire.TIMES_SIZE, task, status, *times), *parts])


def too_large(size, limit):
    error = _values.NotSendable("result", f"{size} bytes are over maxMessageBytes = {limit}")
    return _errors.encode(error)


def _clear_interrupt(channel):
    """Takes back an interrupt that came too late for its task, so that the next one does not get it."""
    from . import _interrupt

    with channel.lock:
        _interrupt.clear(channel.thread_id)
        channel.interrupted = 0
