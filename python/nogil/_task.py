"""What a running task can say and ask. Outside a worker each of these does nothing, so code can be tested alone."""

import marshal


def _channel():
    from ._channel import current

    return getattr(current, "channel", None)


def cancelled():
    """True once the caller has asked for the running task to stop. Long loops should look and return."""
    channel = _channel()
    return channel is not None and channel.running != 0 and channel.cancelled == channel.running


def progress(done, total=None):
    """Reports how far the running task is; the caller sees it on its handle.

    done:  amount done so far, in any unit.
    total: amount in all, or None when it is not known.
    """
    channel = _channel()
    if channel is not None and channel.running:
        from . import _wire

        channel.out.append(_wire.frame(channel.running, _wire.PROGRESS, marshal.dumps((done, total), 4)))
        channel.flush()

