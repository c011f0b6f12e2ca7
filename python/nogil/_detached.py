"""Calls of the host from threads that serve no channel: those that user code starts. They go over the control channel,
whose thread hands the answers out."""

from _thread import allocate_lock

from . import _control, _wire
from ._waiting import answer_of, encoded

# A larger message would keep pings and cancellations waiting behind it (bytes).
LARGEST_MESSAGE = 1 << 24


class ControlLine:
    """The calls of all such threads."""

    def __init__(self):
        self._lock = allocate_lock()
        self._number = 0
        # Number of a call -> what is done with its answer, on the control thread.
        self._waiting = {}

    def send(self, name, args, keywords, take):
        """Sends a call; ``take(what, value)`` is called with its answer, on another thread. Gives its number."""
        control = _control.serving
        if control is None:
            raise RuntimeError(
                "the host can be called inside a worker of nogil, and there only once its modules are imported"
            )
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = take
        try:
            parts, _, flags = encoded((name, args, keywords), LARGEST_MESSAGE)
            control.on_host_reply = self._answered
            control.send_body(_wire.CONTROL_HOST_CALL | flags, b"".join(parts), number)
        except BaseException:
            self._waiting.pop(number, None)
            raise
        return number

    def call(self, name, args, keywords):
        """``(what, value)``; waits."""
        ended = allocate_lock()
        ended.acquire()
        answer = []

        def take(what, value):
            answer.append((what, value))
            ended.release()

        number = self.send(name, args, keywords, take)
        try:
            ended.acquire()
            return answer[0]
        finally:
            if not answer:  # an exception ended the wait
                self.cancel(number)

    def future(self, loop, name, args, keywords, settle):
        """The same to await."""
        future = loop.create_future()

        def set_result(what, value):
            if not future.done():
                settle(future, what, value)

        def take(what, value):
            try:
                loop.call_soon_threadsafe(set_result, what, value)
            except RuntimeError:  # the loop was closed meanwhile
                pass

        number = self.send(name, args, keywords, take)
        future.add_done_callback(lambda future: self.cancel(number) if future.cancelled() else None)
        return future

    def cancel(self, number):
        if self._waiting.pop(number, None) is not None:
            _control.serving.send(_wire.CONTROL_HOST_CANCEL, None, number)

    def _answered(self, kind, body):
        number, what, value = answer_of(kind & ~_wire.KIND_MASK, body)
        take = self._waiting.pop(number, None)
        if take is not None:
            take(what, value)


line = ControlLine()
