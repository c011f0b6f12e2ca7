"""Exceptions as data: everything a caller on the other side can use, never failing itself."""

import os

from . import _values

# A chain of causes longer than this is cut; the traceback text holds it whole.
MAX_CAUSES = 8

_PACKAGE = os.path.dirname(__file__) + os.sep


def describe(error, depth=0):
    """A dict of ``type, bases, text, args, traceback, notes`` and ``cause`` (PEP 678, PEP 3134)."""
    kind = type(error)
    details = {
        "type": _name(kind),
        "bases": [_name(base) for base in kind.__mro__ if base is not object],
        "text": _text(error),
        "args": [_sendable(arg) for arg in getattr(error, "args", ())],
        "traceback": _traceback(error) if depth == 0 else "",
        "notes": [str(note) for note in getattr(error, "__notes__", ())],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth < MAX_CAUSES:
        details["cause"] = describe(cause, depth + 1)
    if isinstance(error, _values.NotSendable):
        details["path"] = error.path
        details["reason"] = error.reason
    nearest = getattr(error, "nogil_nearest", None)
    if nearest is not None:
        details["nearest"] = nearest
    return details


def _name(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text(error):
    if isinstance(error, SystemExit):
        return f"the code called sys.exit({error.code!r})"
    try:
        return str(error)
    except Exception as broken:
        return f"<str() of the exception raised {type(broken).__name__}>"


def _sendable(arg):
    try:
        data, attachments = _values.encode(arg)
        return arg if attachments is None else repr(arg)
    except Exception:
        try:
            return repr(arg)
        except Exception:
            return f"<{_name(type(arg))}>"


def _traceback(error):
    import traceback

    try:
        first = error.__traceback__
        while first is not None and first.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            first = first.tb_next
        return "".join(traceback.format_exception(type(error), error, first))
    except Exception:  # a broken __str__ or __repr__ in the chain
        return f"{_name(type(error))}: {_text(error)}\n"
