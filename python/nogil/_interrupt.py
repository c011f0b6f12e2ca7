"""Raises an exception in another thread of this process (``PyThreadState_SetAsyncExc``, Python/C API)."""


def throw(thread_id, kind):
    """Raises ``kind`` in the thread at its next bytecode; False where this Python has no ctypes."""
    set_exception = _set_exception()
    if set_exception is None:
        return False
    import ctypes

    return set_exception(ctypes.c_ulong(thread_id), ctypes.py_object(kind)) == 1


def clear(thread_id):
    """Takes back an exception that was not raised yet."""
    set_exception = _set_exception()
    if set_exception is not None:
        import ctypes

        set_exception(ctypes.c_ulong(thread_id), None)


def _set_exception():
    try:
        import ctypes

        return ctypes.pythonapi.PyThreadState_SetAsyncExc
    except (ImportError, AttributeError):
        return None
