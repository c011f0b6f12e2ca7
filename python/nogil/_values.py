"""Values to bytes and back: ``marshal`` for what it knows, tagged tuples for the rest (docs/types.md).

``marshal`` runs in C, so a value is given to it first. Only what it refuses, or what it would silently flatten
(arrays, which it writes as plain bytes), is walked in Python and rewritten as ``(Ellipsis, tag, …)``.
Data of arrays travels behind the marshalled value as aligned attachments, so that neither side copies it twice.
"""

import marshal
import struct
import sys

from . import _wire

# Version 4 of the format: short ASCII strings and references, so a key that recurs is written once.
MARSHAL_VERSION = 4

# marshal gives up at 2000 levels on Linux; stop before, with a message that names the place.
MAX_DEPTH = 1000

# Buffers shorter than this travel inside the marshalled value.
ATTACH_FROM_BYTES = 1 << 12

_dumps = marshal.dumps
_loads = marshal.loads

_SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes})
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})

_ALWAYS_WALK_FROM = 1 << 24


class NotSendable(TypeError):
    """A value has no form on the other side. ``path`` is its place inside the value that was sent."""

    def __init__(self, path, reason):
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def encode(value):
    """``(marshalled, attachments or None)`` of any sendable value.

    Raises NotSendable, naming the path, for a value that cannot travel.
    """
    kind = type(value)
    if kind in _SCALARS:
        return _dumps(value, MARSHAL_VERSION), None
    if kind in _CONTAINERS:
        try:
            data = _dumps(value, MARSHAL_VERSION)
        except (ValueError, RuntimeError):  # a type marshal does not know, too deep, or changed by another thread
            pass
        else:
            if not _may_hold_arrays(data) or _is_plain(value, MAX_DEPTH):
                return data, None
    attachments = _Attachments()
    plain = _rewrite(value, "result", (), attachments)
    return _dumps(plain, MARSHAL_VERSION), attachments if attachments.views else None


class _Attachments:
    """Buffers that travel behind the marshalled value. Each starts at a multiple of the alignment."""

    def __init__(self):
        self.views = []
        self.size = 0

    def add(self, view):
        """Where the buffer will stand, counted from the start of the first one."""
        offset = self.size
        self.views.append(view)
        self.size = _wire.aligned(offset + len(view))
        return offset


def parts_with_attachments(data, attachments):
    """``(parts, size)`` of a body: u32 length of ``data``, u32 zero, ``data``, padding, the attachments padded."""
    padding = bytes(_wire.aligned(len(data)) - len(data))
    parts = [struct.pack("<II", len(data), 0), data, padding]
    for view in attachments.views:
        parts.append(view)
        parts.append(bytes(_wire.aligned(len(view)) - len(view)))
    return parts, 8 + len(data) + len(padding) + attachments.size


def decode(body, kind):
    """The value of a request's body. ``body`` is a buffer that nobody else writes to when it has attachments."""
    if not kind & (_wire.HAS_EXTENSIONS | _wire.HAS_ATTACHMENTS):
        return _loads(body)
    view = memoryview(body)
    if not kind & _wire.HAS_ATTACHMENTS:
        return _restore(_loads(view), None)
    (size,) = struct.unpack_from("<I", view)
    return _restore(_loads(view[8 : 8 + size]), view[8 + _wire.aligned(size) :])


# --- sending -----------------------------------------------------------------------------------------------------


def _may_hold_arrays(data):
    """Could these bytes hide an array? Only ``array`` and NumPy objects lose their type in marshal."""
    modules = sys.modules
    if "numpy" not in modules and "array" not in modules:
        return False
    if len(data) >= _ALWAYS_WALK_FROM:
        return True
    room = len(data)
    for match in _bytes_records().finditer(data):
        if match.end() + int.from_bytes(match[1], "little") <= room:
            return True
    return False


def _bytes_records():
    """Finds bytes records as marshal writes them: the type byte (with or without the reference flag), a length below
    16 MiB. Text may look like one; that costs a walk and changes nothing."""
    import re  # not at the top: most workers never get here, and it would delay their start

    return re.compile(rb"[s\xf3](...)\x00", re.DOTALL)


def _is_plain(value, depth):
    """True when marshal writes ``value`` without losing a type; False also when it is too deep to tell."""
    if type(value) is dict:
        if not _SCALARS.issuperset(map(type, value)):
            return False
        value = value.values()
    if _SCALARS.issuperset(map(type, value)):
        return True
    if depth == 0:
        return False
    for item in value:
        kind = type(item)
        if kind not in _SCALARS and (kind not in _CONTAINERS or not _is_plain(item, depth - 1)):
            return False
    return True


def _rewrite(value, path, inside, attachments):
    """``value`` in types that marshal knows. ``inside`` holds the ids of the containers around it."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    convert = _converters.get(kind)
    if convert is None:
        convert = _converters[kind] = _find_converter(kind)
    if id(value) in inside:
        raise NotSendable(path, "the value contains itself")
    if len(inside) >= MAX_DEPTH:
        raise NotSendable(path, f"nested deeper than {MAX_DEPTH} levels")
    return convert(value, path, (*inside, id(value)), attachments)


def _list(value, path, inside, attachments):
    return [_rewrite(item, f"{path}[{i}]", inside, attachments) for i, item in enumerate(value)]


def _tuple(value, path, inside, attachments):
    return tuple(_list(value, path, inside, attachments))


def _set(value, path, inside, attachments):
    return {_hashable(_rewrite(item, f"{path}{{…}}", inside, attachments)) for item in value}


def _dict(value, path, inside, attachments):
    return {
        _hashable(_rewrite(key, f"{path} key {key!r:.60}", inside, attachments)): _rewrite(
            item, f"{path}.{key}" if isinstance(key, str) else f"{path}[{key!r:.60}]", inside, attachments
        )
        for key, item in value.items()
    }


def _hashable(value):
    return tuple(map(_hashable, value)) if isinstance(value, (list, tuple)) else value


def _tagged(tag, render):
    def convert(value, path, inside, attachments):
        return (..., tag, render(value))

    return convert


def _as(render):
    """The value stands for another one, which is rewritten in its place."""

    def convert(value, path, inside, attachments):
        return _rewrite(render(value), path, inside, attachments)

    return convert


def _refuse(reason):
    def convert(value, path, inside, attachments):
        raise NotSendable(path, reason)

    return convert


def _attach(view, attachments):
    """Bytes of a contiguous buffer, inline or as an attachment: ``bytes`` or ``(offset, size)``."""
    view = memoryview(view).cast("B")
    if len(view) < ATTACH_FROM_BYTES:
        return bytes(view)
    return (attachments.add(view), len(view))


def _buffer(value, path, inside, attachments):
    view = memoryview(value)
    if not view.c_contiguous:
        view = memoryview(view.tobytes())
    return (..., "bytes", _attach(view, attachments))


def _memoryview(value, path, inside, attachments):
    if value.format in ("B", "b", "c") or value.ndim != 1 or not value.c_contiguous:
        return _buffer(value, path, inside, attachments)
    if value.format not in _ARRAY_CODES:
        raise NotSendable(path, f"a memoryview of format {value.format!r} has no TypedArray")
    return (..., "array", _kind_of(value.format, value.itemsize), (len(value),), _attach(value, attachments))


_ARRAY_CODES = "bBhHiIlLqQfd"


def _kind_of(code, itemsize):
    """``"f8"``, ``"u1"`` …: what a number is and its size in bytes, as NumPy writes it without the byte order."""
    return ("f" if code in "fd" else "i" if code.islower() else "u") + str(itemsize)


def _array(value, path, inside, attachments):
    if value.typecode in "uw":
        return value.tounicode()
    kind = _kind_of(value.typecode, value.itemsize)
    return (..., "array", kind, (len(value),), _attach(memoryview(value), attachments))


def _numpy_array(value, path, inside, attachments):
    dtype = value.dtype
    if dtype.kind in "OUSV" or dtype.names or dtype.itemsize > 8 and dtype.kind != "c":
        return _rewrite(value.tolist(), path, inside, attachments)
    if dtype.kind in "mMc":
        return _rewrite(value.tolist(), path, inside, attachments)
    if not value.flags.c_contiguous or not dtype.isnative:
        numpy = sys.modules["numpy"]
        value = numpy.ascontiguousarray(value, dtype=dtype.newbyteorder("="))
    kind = dtype.kind + str(dtype.itemsize)
    shape = value.shape
    flat = value.reshape(-1).view("u1") if value.size else b""
    return (..., "array", kind, shape, _attach(flat, attachments))


def _numpy_scalar(value, path, inside, attachments):
    item = value.item()
    if type(item) is type(value):  # longdouble: .item() gives itself
        item = float(value)
    return _rewrite(item, path, inside, attachments)


def _exception(value, path, inside, attachments):
    from . import _errors

    return (..., "error", _errors.describe(value))


def _dataclass(value, path, inside, attachments):
    return {
        name: _rewrite(getattr(value, name), f"{path}.{name}", inside, attachments)
        for name in value.__dataclass_fields__
        if hasattr(value, name)
    }


def _named_tuple(value, path, inside, attachments):
    return {
        name: _rewrite(getattr(value, name), f"{path}.{name}", inside, attachments) for name in value._fields
    }


def _timedelta_ms(value):
    return value.days * 86_400_000 + value.seconds * 1000 + value.microseconds / 1000


# By module and name, so that no module is imported just to recognise its types.
_NAMED = {
    ("datetime", "datetime"): _tagged("datetime", lambda v: v.isoformat()),
    ("datetime", "date"): _as(lambda v: v.isoformat()),
    ("datetime", "time"): _as(lambda v: v.isoformat()),
    ("datetime", "timedelta"): _as(_timedelta_ms),
    ("decimal", "Decimal"): _as(str),
    ("fractions", "Fraction"): _as(str),
    ("uuid", "UUID"): _as(str),
    ("array", "array"): _array,
    ("numpy", "ndarray"): _numpy_array,
    ("numpy", "generic"): _numpy_scalar,
    ("collections", "deque"): _list,
    ("enum", "Enum"): _as(lambda v: v.value),
    ("_thread", "lock"): _refuse("_thread.lock cannot be sent; keep it in Python"),
}

_BUILTIN = {
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: _set,
    bytearray: _buffer,
    memoryview: _memoryview,
    type(...): lambda value, path, inside, attachments: None,
    range: _list,
    type({}.keys()): _list,
    type({}.values()): _list,
    type({}.items()): _list,
}

# Types seen, with their converter. Filled by every thread; a lost write only repeats a look-up.
_converters = dict(_BUILTIN)

# How to get the plain value out of a subclass, whatever the subclass overrides.
_EXACT = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (complex, lambda value: complex(value.real, value.imag)),
    (bytes, lambda value: bytes(memoryview(value))),
)

_GENERATORS = ("generator", "async_generator", "map", "filter", "zip", "coroutine")


def _find_converter(kind):
    for base in kind.__mro__:
        named = _NAMED.get((base.__module__, base.__qualname__))
        if named is not None:
            return named
    if hasattr(kind, "__dataclass_fields__"):
        return _dataclass
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _named_tuple
    if issubclass(kind, BaseException):
        return _exception
    if callable(getattr(kind, "model_dump", None)):
        return _as(lambda value: value.model_dump())
    if hasattr(kind, "__fspath__"):
        return _as(str)
    for plain, exact in _EXACT:
        if issubclass(kind, plain):
            return _as(exact)
    for base in kind.__mro__:
        if base in _BUILTIN:
            return _BUILTIN[base]
    if kind.__name__ == "mappingproxy":
        return _as(dict)
    if callable(getattr(kind, "__arrow_c_stream__", None)) and callable(getattr(kind, "to_dict", None)):
        return _as(_frame_to_columns)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if name in _GENERATORS:
        return _refuse(f"a {name} cannot be sent; return list(…) of it")
    return _refuse(f"{name} cannot be sent; return plain data (dict, list, numbers, text, bytes, arrays)")


def _frame_to_columns(frame):
    """A data frame as a dict of columns (pandas wants the orientation said, polars does not know the word)."""
    try:
        return frame.to_dict(orient="list")
    except TypeError:
        return frame.to_dict(as_series=False)


# --- receiving ---------------------------------------------------------------------------------------------------


def _restore(value, attachments):
    """Tagged tuples back to objects, containers in place where they can be."""
    kind = type(value)
    if kind is list:
        for i, item in enumerate(value):
            if type(item) in _CONTAINERS:
                value[i] = _restore(item, attachments)
    elif kind is dict:
        for key, item in value.items():
            if type(item) in _CONTAINERS:
                value[key] = _restore(item, attachments)
        if any(type(key) is tuple for key in value):
            return {_restore(key, attachments): item for key, item in value.items()}
    elif kind is tuple:
        if value and value[0] is ...:
            return _RESTORERS[value[1]](value, attachments)
        return tuple([_restore(item, attachments) for item in value])
    elif kind is set:
        return {_restore(item, attachments) for item in value}
    return value


def _restore_datetime(value, attachments):
    from datetime import datetime, timezone

    return datetime.fromtimestamp(value[2] / 1000, timezone.utc)


def _content(place, attachments):
    """The buffer at ``(offset, size)``, or the bytes themselves where they came inline."""
    if type(place) is not tuple:
        return place
    offset, size = place
    view = attachments[offset : offset + size]
    if len(view) != size:
        raise _wire.ProtocolError("an attachment ends behind its frame")
    return view


def _restore_bytes(value, attachments):
    return bytes(_content(value[2], attachments))


def _restore_array(value, attachments):
    kind = value[2]
    content = _content(value[3], attachments)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        return numpy.frombuffer(content, dtype=kind)
    return memoryview(content).cast(_FORMATS[kind])


_FORMATS = {
    "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d",
}  # fmt: skip

_RESTORERS = {"datetime": _restore_datetime, "bytes": _restore_bytes, "array": _restore_array}
