"""Memory shared with the host, for the attachments of large messages (docs/protocol.md, Regions).

A channel has two regions, made when the first large value comes along: one for requests and one for replies. The host
learns their descriptors from a reply and opens them under ``/proc``; where it cannot, everything goes on by socket.
"""

import os

from . import _wire

_GRANULE = 1 << 20


class Regions:
    """The regions of one channel. Used by the channel's thread only."""

    def __init__(self):
        self._request = _make("nogil-request")
        self._request_map = None
        self._reply = _make("nogil-reply")
        self._reply_map = _map(self._reply, _wire.REPLY_DATA_AT)
        self._reply_map[0] = 1  # until the host has opened it
        self._news = (self._request, self._reply)

    def request(self, size):
        """A view of the attachments that the host has put there."""
        if self._request_map is None or len(self._request_map) < size:
            self._request_map = _map(self._request, size)
        return memoryview(self._request_map)[:size]

    def end_request(self):
        """After a task: gives the memory back to the host, or to user code, if that has kept a part of it."""
        try:
            # The one operation of mmap that fails while anything uses the memory and else, with the same size, does nothing.
            self._request_map.resize(len(self._request_map))
        except BufferError:
            os.close(self._request)  # what was kept keeps its mapping alive
            self._request_map = None
            self._request = _make("nogil-request")
            self._news = (self._request, 0)

    def place(self, attachments):
        """Copies the attachments of a reply; False while the host has the region, or where memory is short."""
        end = _wire.REPLY_DATA_AT + attachments.size
        if self._reply_map[0]:
            return False
        # The host cuts a region that was idle.
        if len(self._reply_map) < end or os.fstat(self._reply).st_size < end:
            try:
                self._reply_map = _map(self._reply, end)
            except (MemoryError, OSError, ValueError):
                return False
        start = _wire.REPLY_DATA_AT
        for view in attachments.views:
            self._reply_map[start : start + len(view)] = view
            start += _wire.aligned(len(view))
        self._reply_map[0] = 1
        return True

    def news(self):
        """Descriptors that the host does not know yet, ``(requests, replies)``, 0 for none; None when there are none."""
        news, self._news = self._news, None
        return news


def make_regions():
    """Regions for a channel; None where the system has no such memory."""
    try:
        return Regions()
    except (AttributeError, ImportError, OSError):  # not Linux, no mmap, no descriptors left
        return None


def _make(name):
    return os.memfd_create(name, os.MFD_CLOEXEC)


def _map(descriptor, size):
    import mmap

    if os.fstat(descriptor).st_size < size:
        os.ftruncate(descriptor, -(-size // _GRANULE) * _GRANULE)
    populate = getattr(mmap, "MAP_POPULATE", 0)  # one call for all pages is quicker than a fault for each
    return mmap.mmap(descriptor, os.fstat(descriptor).st_size, mmap.MAP_SHARED | populate)
