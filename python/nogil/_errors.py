"""Exceptions as data: everything a caller on the other side can use, never failing itself."""

import marshal
import os

from . import _values

# A chain of causes longer than this is cut; the traceback text holds it whole.
MAX_CAUSES = 8

_PACKAGE = os.path.dirname(__file__) + os.sep


def encode(error, **more):
    """The marshalled description of an exception, which holds extensions (see _values)."""
    try:
        return marshal.dumps({**describe(error), **more}, _values.MARSHAL_VERSION)
    except BaseException:
        return marshal.dumps(_outline(error), _values.MARSHAL_VERSION)


def describe(error, inside=()):
    """A dict of ``type, bases, text, args, traceback, notes`` and ``cause`` (PEP 678, PEP 3134), ready for marshal.

    inside: ids of the values around the exception, when it is part of another value.
    """
    try:
        return _describe(error, (*inside, id(error)), 0)
    except BaseException:  # code of the user's class: args, __notes__, __module__ …
        return _outline(error)


def _describe(error, inside, depth):
    kind = type(error)
    details = {
        "type": _name(kind),
        "bases": [_name(base) for base in kind.__mro__ if base is not object],
        "text": _text(error),
        "args": [_sendable(arg, inside) for arg in error.args],
        "traceback": _traceback(error) if depth == 0 else "",
        "notes": _notes(error),
    }
    cause = error.__cause__
    if cause is None and not error.__suppress_context__:
        cause = error.__context__
    if cause is not None and depth < MAX_CAUSES:
        details["cause"] = _describe(cause, (*inside, id(cause)), depth + 1)
    if isinstance(error, _values.NotSendable):
        details["path"] = error.path
        details["reason"] = error.reason
    nearest = getattr(error, "nogil_nearest", None)
    if nearest is not None:
        details["nearest"] = nearest
    return details


def _outline(error):
    """What can be said of an exception whose own code fails when it is asked."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__name__}"
    text = "<the exception cannot be described: its own attributes raise>"
    bases = [base.__name__ for base in kind.__mro__ if base is not object]
    return {"type": name, "bases": bases, "text": text, "args": [], "traceback": f"{name}: {text}\n", "notes": []}


def _name(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text(error):
    if isinstance(error, SystemExit):
        return f"the code called sys.exit({error.code!r:.200})"
    try:
        return str.__str__(str(error))
    except BaseException as broken:
        return f"<str() of the exception raised {type(broken).__name__}>"


def _notes(error):
    try:
        return [str.__str__(str(note)) for note in getattr(error, "__notes__", ())]
    except BaseException as broken:  # anything can be assigned to __notes__
        return [f"<__notes__ raised {type(broken).__name__}>"]


def _sendable(arg, inside):
    try:
        return _values.rewrite(arg, "args", inside)
    except BaseException:
        try:
            return str.__str__(repr(arg))
        except BaseException:
            return f"<{_name(type(arg))}>"


def _traceback(error):
    import traceback

    try:
        first = error.__traceback__
        while first is not None and first.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            first = first.tb_next
        return "".join(traceback.format_exception(type(error), error, first))
    except BaseException:  # a broken __str__ or __repr__ in the chain
        return f"{_name(type(error))}: {_text(error)}\n"
