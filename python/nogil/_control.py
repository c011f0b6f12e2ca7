"""The control channel: always answering, whatever the tasks do.

Served by the main thread when tasks run on other threads (thread profile), by a second thread when tasks run on the
main one (process profile; signals, event loops and many libraries expect the main thread).
"""

import marshal
import sys
from _thread import allocate_lock

from . import _interrupt, _wire
from ._channel import TaskCancelled


# The control channel once it is served: then the host can be called from threads that serve no channel.
serving = None


class Control:
    """Reads requests of the host and answers them; sends events."""

    def __init__(self, sock, channels, end_process):
        self._socket = sock
        self._channels = channels
        self.instances = None
        # Set by the worker: adds up the threads' times (or None), and starts more threads.
        self.sensor = None
        self.grow = None
        self.start_loop = None
        # Takes the answers of the host, once such a thread has called it.
        self.on_host_reply = None
        self._end_process = end_process
        self._lock = allocate_lock()

    def add(self, channel):
        """Adds the channel of the event loop, the last one."""
        self._channels.append(channel)

    def send(self, kind, value, request=0):
        self.send_body(kind, marshal.dumps(value, 4), request)

    def send_body(self, kind, body, request):
        with self._lock:
            self._socket.sendall(_wire.frame(request, kind, body))

    def serve(self, max_message_bytes):
        """Answers until the host closes the channel or asks to shut down, then ends the process."""
        global serving
        serving = self
        while True:
            frame = _wire.read_frame(self._socket, max_message_bytes)
            if frame is None:
                self._end_process()
                return
            request, kind, body = frame
            if kind == _wire.SHUTDOWN:
                self._end_process()
                return
            if kind & _wire.KIND_MASK == _wire.HOST_REPLY:
                self.on_host_reply(kind, body)
            elif kind == _wire.GROW:
                self.grow(marshal.loads(body), request)  # answered when the threads are ready
            else:
                self.send(_wire.ANSWER, self._answer(kind, body), request)

    def _answer(self, kind, body):
        if kind == _wire.PING:
            return gil_enabled()
        if kind == _wire.RECALL:
            number, tasks = marshal.loads(body)
            return self._recall(self._channels[number], tasks)
        if kind == _wire.STACKS:
            return self._stacks()
        if kind == _wire.SAFETY:
            return self.instances.report()
        if kind == _wire.SENSE:
            return None if self.sensor is None else self.sensor.report()
        if kind == _wire.HOT:
            from . import _hot

            return _hot.look(self._channels, marshal.loads(body))
        if kind == _wire.SHARED:
            from . import _shared

            return _shared.answer(*marshal.loads(body))
        if kind == _wire.LOOP:
            return self.start_loop()
        number, task = marshal.loads(body)
        channel = self._channels[number]
        if kind == _wire.FLUSH:
            from ._streams import flush

            return flush(channel, task)
        if kind == _wire.CANCEL:
            return self._cancel(channel, task)
        if kind == _wire.INTERRUPT:
            return self._interrupt(channel, task)
        raise _wire.ProtocolError(f"unknown control frame {kind}")

    def _recall(self, channel, tasks):
        """The ids that are certain not to start. The order matters, see serve() of the channel."""
        channel.recalled.update(tasks)
        started = channel.last_started
        channel.flush()
        return [task for task in tasks if task > started]

    def _cancel(self, channel, task):
        """Asks the task to stop: sets its flag, and cancels its coroutine if it is one."""
        if channel.is_loop:
            return channel.cancel(task)
        channel.cancelled = task
        coroutine = channel.coroutine
        if channel.running != task:
            return False
        if coroutine is not None:
            loop, asyncio_task = coroutine
            _call_soon(loop, asyncio_task.cancel)
        return True

    def _stacks(self):
        """Where every thread that runs a task is: ``[[channel, task, [[file, line, function], ...]], ...]``.

        Without source lines, which the host adds: what reads them here takes too long to import for a process that is
        about to be killed.
        """
        frames = sys._current_frames()
        stacks = []
        for channel in self._channels:
            task, frame = channel.executing, frames.get(channel.thread_id)
            if task and frame is not None:
                entries = []
                while frame is not None:
                    entries.append([frame.f_code.co_filename, frame.f_lineno or 0, frame.f_code.co_name])
                    frame = frame.f_back
                stacks.append([channel.number, task, entries[::-1]])
        return stacks

    def _interrupt(self, channel, task):
        """Raises TaskCancelled in the task, if it still runs and this Python can."""
        if channel.is_loop:
            return channel.interrupt(task)
        with channel.lock:
            # Said before looking: a task that ends meanwhile sees it and waits for the lock to clear it.
            channel.interrupted = task
            if channel.running == task and channel.shielded:
                return True  # raised by the thread itself, as soon as it has read its frame
            if channel.running == task and _interrupt.throw(channel.thread_id, TaskCancelled):
                coroutine = channel.coroutine
                if coroutine is not None:
                    _call_soon(coroutine[0], int)  # wakes a loop that waits, so that it notices
                return True
            channel.interrupted = 0
            return False


def _call_soon(loop, callback):
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:  # the loop was closed meanwhile
        pass


def gil_enabled():
    return getattr(sys, "_is_gil_enabled", lambda: True)()
