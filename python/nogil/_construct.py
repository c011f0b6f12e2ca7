"""Arguments that become instances of a Python type on arrival: what typed imports send for a parameter's type hint.

Either a type of the standard library from the table below, or a class whose instances are plain data (an Enum, a
dataclass, a named tuple, a pydantic model, a subclass of a built-in type) of a module that is loaded, named by its
file: ``/app/models.py:User``. Nothing is imported here that the type itself does not come from.
"""

import os
import sys

_BUILTIN = (str, int, float, complex, bytes, list, dict, tuple, set, frozenset, bytearray)


def construct(name, value, is_keywords):
    """The instance. Raises TypeError for a name that is none of these, and whatever the type raises."""
    file, colon, qualname = name.rpartition(":")
    if not colon:
        make = _STANDARD.get(name)
        if make is None:
            raise TypeError(f"an argument cannot be made into {name!r}")
        return make(value)
    kind = _find(file, qualname)
    return kind(**value) if is_keywords else kind(value)


def _find(file, qualname):
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path == file or (path and os.path.basename(path) == os.path.basename(file) and _is_same(path, file)):
            found = module
            for part in qualname.split("."):
                found = getattr(found, part, None)
            if _is_data(found):
                return found
            raise TypeError(f"{qualname} of {file} is no class of plain data, so an argument cannot be made into it")
    raise TypeError(f"an argument is to become a {qualname}, and no module was loaded from {file}")


def _is_same(path, file):
    try:
        return os.path.samefile(path, file)
    except OSError:
        return False


def _is_data(kind):
    """Is it a class whose constructor only keeps values? Others may do anything, so they are not called from here."""
    if not isinstance(kind, type):
        return False
    if hasattr(kind, "__dataclass_fields__") or hasattr(kind, "model_fields"):
        return True
    return issubclass(kind, _BUILTIN) or hasattr(kind, "__fspath__") or "enum.Enum" in _names(kind)


def _names(kind):
    return [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]


def _date(value):
    from datetime import date

    return date.fromisoformat(value)


def _time(value):
    from datetime import time

    return time.fromisoformat(value)


def _timedelta(value):
    from datetime import timedelta

    return timedelta(milliseconds=value)


def _decimal(value):
    from decimal import Decimal

    return Decimal(repr(value) if isinstance(value, float) else value)


def _fraction(value):
    from fractions import Fraction

    return Fraction(value)


def _uuid(value):
    from uuid import UUID

    return UUID(value)


def _path(value):
    from pathlib import Path

    return Path(value)


def _pure_path(value):
    from pathlib import PurePath

    return PurePath(value)


def _of_collections(name):
    def make(value):
        import collections

        return getattr(collections, name)(value)

    return make


_STANDARD = {
    "datetime.date": _date,
    "datetime.time": _time,
    "datetime.timedelta": _timedelta,
    "decimal.Decimal": _decimal,
    "fractions.Fraction": _fraction,
    "uuid.UUID": _uuid,
    "pathlib.Path": _path,
    "pathlib.PurePath": _pure_path,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "frozenset": frozenset,
    "collections.deque": _of_collections("deque"),
    "collections.OrderedDict": _of_collections("OrderedDict"),
    "collections.Counter": _of_collections("Counter"),
}
