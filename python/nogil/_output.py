"""What tasks print: written to the process's own stdout and stderr at once, marked with the task that wrote it.

Nothing is buffered here, so nothing is lost when the process dies. A mark is ``RS channel space task space length US``
before the bytes; whatever C code writes beside it has none and is passed on as it is.
"""

import io
import os

from ._channel import current

RECORD_SEPARATOR = b"\x1e"
UNIT_SEPARATOR = b"\x1f"

# POSIX: a write of at most PIPE_BUF (4096) bytes to a pipe is not mixed with those of other threads.
LARGEST_WRITE = 4096
LARGEST_MARK = 40


class _TaskBytes(io.RawIOBase):
    def __init__(self, descriptor):
        self._descriptor = descriptor

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, data):
        view = memoryview(data).cast("B")
        channel = getattr(current, "channel", None)
        task = channel.running if channel is not None else 0
        step = LARGEST_WRITE - LARGEST_MARK
        for start in range(0, len(view), step):
            piece = bytes(view[start : start + step])
            if task:
                mark = b"%s%d %d %d%s" % (RECORD_SEPARATOR, channel.number, task, len(piece), UNIT_SEPARATOR)
                piece = mark + piece
            self._write_all(piece)
        return len(view)

    def _write_all(self, piece):
        while piece:
            piece = piece[os.write(self._descriptor, piece) :]


class _TaskText(io.TextIOBase):
    """Text in front of ``_TaskBytes``. Has no state of its own, so threads can share it."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, descriptor, name):
        self.buffer = _TaskBytes(descriptor)
        self.name = name
        self.mode = "w"

    def writable(self):
        return True

    def fileno(self):
        return self.buffer.fileno()

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.buffer.write(text.encode("utf-8", "backslashreplace"))
        return len(text)


def install():
    """Replaces ``sys.stdout`` and ``sys.stderr`` by streams that mark what tasks write."""
    import sys

    sys.stdout = _TaskText(1, "<stdout>")
    sys.stderr = _TaskText(2, "<stderr>")
