"""Frames, as both sides of a channel see them (docs/protocol.md).

A frame is ``u32 body length, u32 task id, u8 kind`` and the body, little-endian. A reply to a task starts its
body with three f64: start, end (seconds of the monotonic clock) and CPU seconds (NaN: not measured).
"""

import struct

PROTOCOL_VERSION = 1

HEADER = "<IIB"
HEADER_SIZE = struct.calcsize(HEADER)
REPLY_HEADER = "<IIBddd"
# The number of a call of the host, and four bytes that keep what follows aligned.
NUMBERED_HEADER = "<IIBI4x"
NUMBER_SIZE = struct.calcsize(NUMBERED_HEADER) - HEADER_SIZE
TIMES_SIZE = struct.calcsize(REPLY_HEADER) - HEADER_SIZE

# The low bits of `kind` say what the frame is, these what its body holds.
NEW_REGIONS = 0x10
IN_REGION = 0x20
HAS_EXTENSIONS = 0x40
HAS_ATTACHMENTS = 0x80
KIND_MASK = 0x0F

# Host to worker, on a task channel.
CALL = 0
HOST_ANSWER = 1
NESTED_CALL = 2
STREAM_CALL = 12
NESTED_STREAM_CALL = 13

# Worker to host, on a task channel.
RESULT = 0
ERROR = 1
RECALLED = 2
PROGRESS = 3
HOST_CALL = 4
HOST_CANCEL = 5
MOVED = 12
ITEMS = 13

# Host to worker, on the control channel.
INIT = 1
PING = 2
RECALL = 3
CANCEL = 4
INTERRUPT = 5
STACKS = 6
SHUTDOWN = 7
SAFETY = 8
SENSE = 9
GROW = 10
HOT = 11
HOST_REPLY = 12
FLUSH = 13
LOOP = 14
SHARED = 15

# Worker to host, on the control channel.
ANSWER = 1
EVENT = 2
CONTROL_HOST_CALL = 3
CONTROL_HOST_CANCEL = 4

# What the host says to a call of one of its functions: (number of the call, one of these, value).
VALUE = 0
FAILED = 1
STREAM = 2
CANCELLED = 3

ATTACHMENT_ALIGNMENT = 8

# Attachments of a message go through shared memory from this size on.
REGION_FROM_BYTES = 1 << 16
# Where the data of a reply region begins. Before it: one byte, 1 while the host has not taken the reply yet.
REPLY_DATA_AT = 64


class ProtocolError(Exception):
    """Bytes on a channel that no correct host sends."""


def aligned(size):
    """``size`` rounded up to the alignment of attachments."""
    return -(-size // ATTACHMENT_ALIGNMENT) * ATTACHMENT_ALIGNMENT


def fill(sock, body, got=0):
    """Reads until ``body`` is full, ``got`` bytes being there already; False when the host closed the channel first."""
    with memoryview(body) as view:
        while got < len(body):
            count = sock.recv_into(view[got:])
            if count == 0:
                return False
            got += count
    return True


def read_frame(sock, max_message_bytes):
    """Reads one frame: ``(task id, kind, body)``, or ``None`` at the end. For channels where speed does not count."""
    header = bytearray(HEADER_SIZE)
    if not fill(sock, header):
        return None
    length, task, kind = struct.unpack(HEADER, header)
    if length > max_message_bytes:
        raise ProtocolError(f"a frame of {length} bytes is over the limit of {max_message_bytes}")
    body = bytearray(length)
    return (task, kind, body) if fill(sock, body) else None


def header(size, task, kind):
    """The beginning of a frame without times; ``size`` bytes follow."""
    return struct.pack(HEADER, size, task, kind)


def frame(task, kind, body):
    """One frame without times."""
    return struct.pack(HEADER, len(body), task, kind) + body


def numbered(size, task, kind, number):
    """The beginning of a frame about a call of the host; ``size`` bytes follow."""
    return struct.pack(NUMBERED_HEADER, size + NUMBER_SIZE, task, kind, number)


def reply(task, kind):
    """A reply without a value, to a task that did not run."""
    return struct.pack(REPLY_HEADER, TIMES_SIZE, task, kind, 0.0, 0.0, 0.0)
