"""JSON values of Python's own types, both ways: readers of what a model wrote, and ``to_plain`` for what it is shown.

A reader takes ``(value, path, issues)`` and gives the Python value; what does not fit is added to ``issues``, and BAD is
given instead.
"""

import base64
import collections.abc as abc
import dataclasses
import datetime
import decimal
import enum
import pathlib
import uuid

BAD = object()


def to_plain(value):
    """A value as JSON has it: what a model is shown of a result."""
    if value is None or isinstance(value, (bool, int, float, str)) and not isinstance(value, enum.Enum):
        return value
    if isinstance(value, enum.Enum):
        return to_plain(value.value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: to_plain(item) for name, item in zip(value._fields, value)}
    if isinstance(value, abc.Mapping):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID, pathlib.PurePath, datetime.timedelta)):
        return str(value)
    return value  # arrays and frames: the codec knows them


def as_it_is(value, path, issues):
    return value


def wrong(value, path, issues, expected):
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:60] + "…"
    issues.append(f"{path}: expected {expected}, got {shown}" if path else f"expected {expected}, got {shown}")
    return BAD


def exactly(expected, fits):
    return lambda value, path, issues: value if fits(value) else wrong(value, path, issues, expected)


def _read_int(value, path, issues):
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return wrong(value, path, issues, "a whole number")


def _read_float(value, path, issues):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return wrong(value, path, issues, "a number")


def _text(expected, make, *errors):
    """Reads a text with ``make``, which raises one of ``errors`` for a text that is none of its kind."""

    def read(value, path, issues):
        if isinstance(value, str):
            try:
                return make(value)
            except (ValueError, *errors):
                pass
        return wrong(value, path, issues, expected)

    return read


def _decimal(value, path, issues):
    # Through the text: 0.1 is meant, not the float nearest to it.
    return _text("a decimal number", decimal.Decimal, decimal.InvalidOperation)(
        str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value, path, issues
    )


def _instant(text):
    return datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)


def number_of(text):
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def one_of(choices):
    expected = "one of " + ", ".join(repr(value) for _, value in choices)

    def read(value, path, issues):
        try:
            return choices[(type(value), value)]
        except (KeyError, TypeError):
            return wrong(value, path, issues, expected)

    return read


def _string(format, expected, make, *errors):
    return {"type": "string", **({"format": format} if format else {})}, _text(expected, make, *errors)


SCALARS = {
    str: ({"type": "string"}, exactly("a text", lambda value: isinstance(value, str))),
    bool: ({"type": "boolean"}, exactly("true or false", lambda value: isinstance(value, bool))),
    int: ({"type": "integer"}, _read_int),
    float: ({"type": "number"}, _read_float),
    bytes: ({"type": "string", "contentEncoding": "base64"}, _text("Base64 text", lambda text: base64.b64decode(text, validate=True))),
    datetime.datetime: _string("date-time", "a date and time such as 2025-01-31T08:30:00Z", _instant),
    datetime.date: _string("date", "a date such as 2025-01-31", datetime.date.fromisoformat),
    datetime.time: _string(None, "a time such as 08:30:00", datetime.time.fromisoformat),
    uuid.UUID: _string("uuid", "a UUID", uuid.UUID),
    decimal.Decimal: ({"anyOf": [{"type": "number"}, {"type": "string"}]}, _decimal),
    pathlib.Path: _string(None, "a path", pathlib.Path),
    dict: ({"type": "object"}, exactly("an object", lambda value: isinstance(value, dict))),
}
