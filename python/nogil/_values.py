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

# Items of an iterable of the host that are asked for at once.
_MOST_TAKEN = 256

# Buffers shorter than this travel inside the marshalled value.
ATTACH_FROM_BYTES = 1 << 12

# Before a value with attachments: its size, and that of the attachments where they are in a region.
ATTACHMENT_HEAD = struct.Struct("<II")

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


class Encoded:
    """A value that is encoded already: what ``encode`` gave for it."""

    __slots__ = ("parts",)

    def __init__(self, parts):
        self.parts = parts


def encode(value):
    """``(marshalled, attachments or None, flags of the frame)`` of any sendable value.

    Raises NotSendable, naming the path, for a value that cannot travel.
    """
    kind = type(value)
    if kind in _SCALARS:
        return _dumps(value, MARSHAL_VERSION), None, 0
    if kind in _CONTAINERS:
        try:
            data = _dumps(value, MARSHAL_VERSION)
        except (ValueError, RuntimeError):  # a type marshal does not know, too deep, or changed by another thread
            pass
        else:
            if not _may_hold_buffers(data) or _is_plain(value):
                return data, None, 0
    elif kind is Encoded:
        return value.parts
    attachments = _Attachments()
    data = _dumps(rewrite(value, "result", (), attachments), MARSHAL_VERSION)
    if not attachments.views:
        return data, None, _wire.HAS_EXTENSIONS
    return data, attachments, _wire.HAS_EXTENSIONS | _wire.HAS_ATTACHMENTS


class Encoded:
    """A value that was encoded already: ``encode`` gives its ``parts``."""

    __slots__ = ("parts",)

    def __init__(self, parts):
        self.parts = parts


def rewrite(value, path, inside, attachments=None):
    """``value`` in types that marshal knows and tagged tuples. Without ``attachments`` every buffer is inline."""
    try:
        return _rewrite(value, path, inside, attachments)
    except RecursionError:
        raise NotSendable(path, "nested too deep for Python to walk; values of plain types may be deeper") from None


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
    parts = [ATTACHMENT_HEAD.pack(len(data), 0), data, padding]
    for view in attachments.views:
        parts.append(view)
        parts.append(bytes(_wire.aligned(len(view)) - len(view)))
    return parts, 8 + len(data) + len(padding) + attachments.size


def decode(body, kind, regions=None):
    """The value of a request's body. ``body`` is a buffer that nobody else writes to when it has attachments."""
    if not kind & (_wire.HAS_EXTENSIONS | _wire.HAS_ATTACHMENTS):
        return _loads(body)
    view = memoryview(body)
    if not kind & _wire.HAS_ATTACHMENTS:
        value, attachments = _loads(view), None
    else:
        size, size_in_region = ATTACHMENT_HEAD.unpack_from(view)
        value = _loads(view[8 : 8 + size])
        if kind & _wire.IN_REGION:
            attachments = regions.request(size_in_region)
        else:
            attachments = view[8 + _wire.aligned(size) :]
    try:
        return _restore(value, attachments)
    except RecursionError:
        raise NotSendable("arguments", "nested too deep for Python to walk; values of plain types may be deeper") from None


# Set by _shared once there is a shared array: the number of that which a NumPy array or memoryview is, or None.
shared_number = None

# Set at the start: data frames are sent as Arrow tables, not as columns.
frames_as_arrow = False


# --- sending -----------------------------------------------------------------------------------------------------


def _may_hold_buffers(data):
    """Could these bytes hide an array? marshal writes everything that exports a buffer as if it were ``bytes``."""
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
    global _bytes_record
    if _bytes_record is None:
        import re  # not at the top: most workers never get here, and it would delay their start

        _bytes_record = re.compile(rb"[s\xf3](...)\x00", re.DOTALL)
    return _bytes_record


_bytes_record = None


def _is_plain(value):
    """True when marshal writes ``value`` without losing a type; False also when it is too deep to tell."""
    try:
        return _holds_plain(value, MAX_DEPTH)
    except RecursionError:
        return False


def _holds_plain(value, depth):
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
        if kind not in _SCALARS and (kind not in _CONTAINERS or not _holds_plain(item, depth - 1)):
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
    path += "{…}"
    return _distinct({_key(item, path, inside, attachments) for item in value}, value, path)


def _dict(value, path, inside, attachments):
    plain = {
        _key(key, f"{path} key {key!r:.60}", inside, attachments): _rewrite(
            item, f"{path}.{key}" if isinstance(key, str) else f"{path}[{key!r:.60}]", inside, attachments
        )
        for key, item in value.items()
    }
    return _distinct(plain, value, path)


def _key(value, path, inside, attachments):
    """A dict's key or a set's member. Marshal needs its rewritten form to be hashable as well."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, tuple):  # a named tuple, too: as a dict it could be no key
        return tuple([_key(item, path, inside, attachments) for item in value])
    if isinstance(value, frozenset):
        return frozenset([_key(item, path, inside, attachments) for item in value])
    plain = _rewrite(value, path, inside, attachments)
    try:
        hash(plain)
    except TypeError:
        raise NotSendable(path, f"{name_of(type(value))} has no form that can be a key or a member of a set") from None
    return plain


def _distinct(plain, value, path):
    if len(plain) != len(value):
        raise NotSendable(path, "two keys or members become the same text or number; send a list of pairs")
    return plain


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
    view = memoryview(view)
    if attachments is None or view.nbytes < ATTACH_FROM_BYTES:
        return view.tobytes()
    view = view.cast("B")
    return (attachments.add(view), len(view))


def _buffer(value, path, inside, attachments):
    view = memoryview(value)
    if not view.c_contiguous:
        view = memoryview(view.tobytes())
    return (..., "bytes", _attach(view, attachments))


def _memoryview(value, path, inside, attachments):
    if shared_number is not None and (number := shared_number(value)) is not None:
        return (..., "shared", number)
    if value.format in ("B", "c") and value.ndim == 1:
        return _buffer(value, path, inside, attachments)
    order, code = value.format[:-1], value.format[-1:]
    if code not in _NUMBER_CODES or order not in _NATIVE_ORDERS:
        raise NotSendable(path, f"a memoryview of format {value.format!r} has no TypedArray")
    content = value if value.c_contiguous else memoryview(value.tobytes())
    return (..., "array", _kind_of(code, value.itemsize), value.shape, _attach(content, attachments))


# Codes of struct that have a TypedArray, and the byte orders that are this machine's.
_NUMBER_CODES = frozenset("bBchHiIlLqQnNfd?")
_NATIVE_ORDERS = frozenset({"", "@", "=", "<" if sys.byteorder == "little" else ">"})


def _kind_of(code, itemsize):
    """``"f8"``, ``"u1"`` …: what a number is and its size in bytes, as NumPy writes it without the byte order."""
    return ("f" if code in "fd" else "u" if code in "c?" or code.isupper() else "i") + str(itemsize)


def _array(value, path, inside, attachments):
    if value.typecode in "uw":
        return value.tounicode()
    kind = _kind_of(value.typecode, value.itemsize)
    return (..., "array", kind, (len(value),), _attach(memoryview(value), attachments))


def _numpy_array(value, path, inside, attachments):
    if shared_number is not None and (number := shared_number(value)) is not None:
        return (..., "shared", number)
    numpy = sys.modules["numpy"]
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind not in "biuf" or hasattr(value, "mask"):
        return _rewrite(_numpy_times(value).tolist(), path, inside, attachments)
    # There is no TypedArray for half, extended and quadruple precision: the next one that there is.
    size = size if kind != "f" else 4 if size < 4 else min(size, 8)
    flat = numpy.ascontiguousarray(value, dtype=f"{kind}{size}").reshape(-1)
    return (..., "array", f"{kind}{size}", value.shape, _attach(flat.view("u1"), attachments))


def _numpy_scalar(value, path, inside, attachments):
    item = _numpy_times(value).item()
    if type(item) is type(value):  # extended precision: .item() gives itself
        item = complex(value) if value.dtype.kind == "c" else float(value)
    return _rewrite(item, path, inside, attachments)


def _numpy_times(value):
    """Times of NumPy in a unit that Python has: of nanoseconds it would make mere ints."""
    if value.dtype.kind in "mM" and sys.modules["numpy"].datetime_data(value.dtype)[0] in ("ns", "ps", "fs", "as"):
        return value.astype(value.dtype.kind + "8[us]")
    return value


def _exception(value, path, inside, attachments):
    from . import _errors

    return (..., "error", _errors.describe(value, inside))


def _dataclass(value, path, inside, attachments):
    return {
        field.name: _rewrite(getattr(value, field.name), f"{path}.{field.name}", inside, attachments)
        for field in sys.modules["dataclasses"].fields(value)
        if hasattr(value, field.name)
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


def register(kind, convert):
    """Has values of the very class ``kind`` converted by ``convert``."""
    _converters[kind] = convert


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
        return _as(lambda value: value.__fspath__())
    for plain, exact in _EXACT:
        if issubclass(kind, plain):
            return _as(exact)
    for base in kind.__mro__:
        if base in _BUILTIN:
            return _BUILTIN[base]
    if kind.__name__ == "mappingproxy":
        return _as(dict)
    is_frame = hasattr(kind, "to_dict") or hasattr(kind, "to_pydict")  # the second: pyarrow
    if is_frame and hasattr(kind, "__arrow_c_stream__"):
        return _table if frames_as_arrow else _as(_frame_to_columns)
    name = name_of(kind)
    if name in _GENERATORS:
        return _refuse(f"a {name} cannot be sent as a whole; read it with pool.stream(…), or return list(…) of it")
    plain = "plain data (dict, list, numbers, text, bytes, arrays)"
    return _refuse(f"{name} cannot be sent; return {plain}, or ask for a reference with keep: true")


def name_of(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _table(frame, path, inside, attachments):
    from . import _arrow

    try:
        return (..., "arrow", _attach(_arrow.to_stream(frame), attachments))
    except (ValueError, TypeError, NotImplementedError) as error:
        raise NotSendable(path, f"{name_of(type(frame))} is no Arrow table: {error}") from error


def _frame_to_columns(frame):
    """A data frame as a dict of columns (pandas wants the orientation said, polars does not know the word)."""
    if not hasattr(frame, "to_dict"):
        return frame.to_pydict()  # pyarrow
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
        if any(type(key) in _CONTAINERS for key in value):
            return {_restore(key, attachments): item for key, item in value.items()}
    elif kind is tuple:
        if value and value[0] is ...:
            return _RESTORERS[value[1]](value, attachments)
        return tuple([_restore(item, attachments) for item in value])
    elif kind is set or kind is frozenset:
        return kind([_restore(item, attachments) for item in value])
    return value


def _restore_datetime(value, attachments):
    from datetime import datetime, timedelta, timezone

    # Not fromtimestamp(): a float of seconds loses milliseconds some thousand years from now.
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=value[2])


def content(place, attachments):
    """The buffer at ``(offset, size)``, or a buffer of the bytes where they came inline. Both can be written to."""
    if type(place) is not tuple:
        return bytearray(place)
    offset, size = place
    view = attachments[offset : offset + size]
    if len(view) != size:
        raise _wire.ProtocolError("an attachment ends behind its frame")
    return view


def _restore_bytes(value, attachments):
    return bytes(content(value[2], attachments))


def _restore_array(value, attachments):
    return array_over(content(value[3], attachments), value[2], value[4] if len(value) > 4 else None)


def array_over(buffer, kind, shape):
    """An array of NumPy when user code has imported it, else a memoryview; with a shape when it came with one."""
    from_buffer = getattr(sys.modules.get("numpy"), "frombuffer", None)
    if from_buffer is not None:
        array = from_buffer(buffer, dtype=kind)
        return array if shape is None else array.reshape(shape)
    if shape is None or 0 in shape:  # a memoryview has no empty shapes
        return memoryview(buffer).cast(FORMATS[kind])
    return memoryview(buffer).cast("B").cast(FORMATS[kind], shape)


FORMATS = {
    "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d",
}  # fmt: skip


def _restore_new(value, attachments):
    from ._construct import construct  # only typed imports send these

    return construct(value[2], _restore(value[3], attachments), value[4])


def _restore_arrow(value, attachments):
    from . import _arrow

    return _arrow.from_stream(content(value[2], attachments))


def _restore_shared(value, attachments):
    from . import _shared

    return _shared.restore(*value[2:], attachments)


def _restore_reference(value, attachments):
    from . import _residents

    return _residents.find(value[2])


def _restore_function(value, attachments):
    from ._functions import HostFunction

    return HostFunction(value[2])


def _restore_iterable(value, attachments):
    from .host import HostStream

    return HostStream(value[2], _MOST_TAKEN)


_RESTORERS = {
    "datetime": _restore_datetime,
    "bytes": _restore_bytes,
    "array": _restore_array,
    "new": _restore_new,
    "shared": _restore_shared,
    "arrow": _restore_arrow,
    "ref": _restore_reference,
    "function": _restore_function,
    "iterable": _restore_iterable,
}  # fmt: skip
