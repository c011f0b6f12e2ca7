"""Objects that stay here while the host holds references to them: ``pool.create``, ``keep``, and calls on a resident.

The host chooses the number of every reference before it calls, so it can give back one of which it never heard: the
call was cancelled, or its reply could not be read. Two references to one object are two entries here, and the object
goes with the last of them, as CPython counts.

    nogil:keep:NAME(*args, number)           calls NAME and keeps what it returns
    nogil:keep-unsendable:NAME(*args, number)   the same where the result cannot be sent
    nogil:method:NAME(*args, number)         nogil:call(*args, number)
    nogil:get:NAME(number)                   nogil:set:NAME(value, number)
    nogil:item(key, number)                  nogil:set-item(key, value, number)
    nogil:length(number)                     nogil:free([number, ...])
"""

from . import _values
from ._coroutines import runnable

_objects = {}


class Kept:
    """A result that stays here; its number and class are what is sent."""

    __slots__ = ("kind", "number")

    def __init__(self, number, value):
        _objects[number] = value
        self.number = number
        self.kind = _values.name_of(type(value))


def _convert(kept, path, inside, attachments):
    return (..., "ref", kept.number, kept.kind)


_values.register(Kept, _convert)


def find(number):
    """The object behind a number. Raises LookupError when the host has given it back."""
    try:
        return _objects[number]
    except KeyError:
        raise LookupError(f"there is no resident object {number} in this worker") from None


def function(registry, name):
    """The function behind what follows ``nogil:`` in a name; None when there is none."""
    operation, _, rest = name.partition(":")
    if operation in ("keep", "keep-unsendable"):
        return _keeping(registry.resolve(rest), operation == "keep")
    make = _NAMED.get(operation)
    return make(rest) if make is not None else _PLAIN.get(operation)


def _keeping(run, always):
    scalars = frozenset({type(None), bool, int, float, str})

    def call(*args, **keywords):
        result = run(*args[:-1], **keywords)
        if always:
            return Kept(args[-1], result)
        if type(result) in scalars:
            return result
        try:
            return _values.Encoded(_values.encode(result))
        except _values.NotSendable:
            return Kept(args[-1], result)

    return call


def _method(name):
    def call(*args, **keywords):
        return runnable(getattr(find(args[-1]), name))(*args[:-1], **keywords)

    return call


def _get(name):
    return lambda number: getattr(find(number), name)


def _set(name):
    return lambda value, number: setattr(find(number), name, value)


def _call(*args, **keywords):
    return runnable(find(args[-1]))(*args[:-1], **keywords)


def _set_item(key, value, number):
    find(number)[key] = value


def _free(numbers):
    for number in numbers:
        _objects.pop(number, None)


_NAMED = {"method": _method, "get": _get, "set": _set}
_PLAIN = {
    "call": _call,
    "item": lambda key, number: find(number)[key],
    "set-item": _set_item,
    "length": lambda number: len(find(number)),
    "free": _free,
}
