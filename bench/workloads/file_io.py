"""File I/O: writes a temporary file, waits for the disk, and reads it back.

Expected: grows until the disk is busy (io), or, where the disk answers from memory, until the CPU is.
"""

import os
import tempfile

_BLOCK = bytes(64 << 10)


def workload():
    with tempfile.TemporaryFile() as file:
        file.write(_BLOCK)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return len(file.read())
