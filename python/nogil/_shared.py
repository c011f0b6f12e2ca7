"""Arrays that the host has shared: put into memory once, mapped by each worker that gets one as an argument
(docs/protocol.md, Shared arrays).

Memory is made here, because Node cannot, then filled and kept open by the host. What user code keeps of an array keeps
its mapping alive, also when the host has freed it.
"""

import mmap
import os
import sys
import weakref
from _thread import allocate_lock

from . import _values

# Of fcntl(2).
_ADD_SEALS = 1033
_SEAL_SHRINK = 0x2
_SEAL_GROW = 0x4
_SEAL_WRITE = 0x8

_lock = allocate_lock()
# What is mapped, by its number.
_mappings = {}
# Where memory cannot be shared the content comes with every call; while one is in use the others get the same.
_contents = weakref.WeakValueDictionary()


class _Mapping(mmap.mmap):
    """Memory of the host. ``number`` is None once the host has freed it."""


class _Content(bytearray):
    """A copy in its place, where memory cannot be shared."""


def answer(what, *args):
    """A request of the host on the control channel; None when it cannot be met."""
    try:
        return {"make": _make, "seal": _seal, "drop": _drop}[what](*args)
    except (AttributeError, ImportError, OSError):
        return None


def _make():
    return os.memfd_create("nogil-shared", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def _seal(descriptor, path, writable):
    try:
        os.close(os.open(path, os.O_RDWR if writable else os.O_RDONLY))
        from ._worker import call_c  # not the module fcntl: on 3.13t its import switches the GIL on

        # The size for ever, so that no mapping can lose its pages; and the content, so that nobody can change it.
        seals = _SEAL_SHRINK | _SEAL_GROW | (0 if writable else _SEAL_WRITE)
        call_c("fcntl", descriptor, _ADD_SEALS, seals)
    finally:
        os.close(descriptor)
    return True


def _drop(number):
    with _lock:
        for known in (_mappings, _contents):
            gone = known.pop(number, None)
            if gone is not None:
                gone.number = None


def restore(number, kind, shape, size, writable, place, attachments):
    """The array with this number: of NumPy, or a memoryview. ``place``: (path, inode), or its content."""
    _values.shared_number = number_of
    memory = _mappings.get(number)
    if memory is None:
        is_mapped = type(place) is tuple and type(place[0]) is str
        # One lock for opening and for forgetting. The host closes its descriptor before it says so: what is opened
        # afterwards is not there any more, and what was opened before is forgotten.
        with _lock:
            known = _mappings if is_mapped else _contents
            memory = known.get(number)
            if memory is None:
                memory = _opened(size, writable, *place) if is_mapped else _Content(_values.content(place, attachments))
                memory.number, memory.kind, memory.shape = number, kind, shape
                known[number] = memory
    view = memoryview(memory)
    if not writable:
        view = view.toreadonly()
    if kind == "arrow":
        from . import _arrow

        return _arrow.from_stream(view)
    return view if kind == "" else _values.array_over(view, kind, shape)


def _opened(size, writable, path, inode):
    try:
        descriptor = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
    except OSError as error:
        raise _freed() from error
    try:
        if os.fstat(descriptor).st_ino != inode:
            raise _freed()  # another file has its descriptor now
        protection = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
        return _Mapping(descriptor, size, mmap.MAP_SHARED, protection)
    finally:
        os.close(descriptor)


def _freed():
    return _values.NotSendable("arguments", "the shared array was freed before the call began")


def number_of(value):
    """The number of the shared array that ``value`` is as a whole, or None."""
    memory = value
    while memory is not None and type(memory) not in _KINDS:
        memory = memory.obj if type(memory) is memoryview else getattr(memory, "base", None)
    number = getattr(memory, "number", None)
    if number is None or value.nbytes != len(memory) or _kind(value) != (memory.kind or "u1"):
        return None
    is_same = value.shape == memory.shape or (memory.shape is None and value.ndim == 1)
    return number if is_same else None


_KINDS = (_Mapping, _Content)


def _kind(value):
    """``"f8"`` …; None for what is not contiguous, in the other byte order, or a masked array."""
    if type(value) is memoryview:
        return _KIND_OF_FORMAT.get(value.format) if value.c_contiguous else None
    is_plain = type(value) is sys.modules["numpy"].ndarray and value.flags.c_contiguous and value.dtype.isnative
    return value.dtype.str[1:] if is_plain else None


_KIND_OF_FORMAT = {code: kind for kind, code in _values.FORMATS.items()}
