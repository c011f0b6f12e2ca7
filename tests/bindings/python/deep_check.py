"""Does a value honour a type hint, all the way down? Python itself never asks."""

import collections.abc
import dataclasses

import types
import typing


def honours(value, hint, namespace):
    if isinstance(hint, (str, typing.ForwardRef)):
        text = hint if isinstance(hint, str) else hint.__forward_arg__
        hint = eval(text, namespace)
    inner = lambda item, part: honours(item, part, namespace)  # noqa: E731
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is typing.Any or hint is object or isinstance(hint, typing.TypeVar):
        return True
    if hint is None or hint is type(None):
        return value is None
    if origin is typing.Union or origin is getattr(types, "UnionType", ()):
        return any(inner(value, part) for part in args)
    if origin is typing.Literal:
        return any(value == part and type(value) is type(part) for part in args)
    if isinstance(hint, typing.NewType) if isinstance(typing.NewType, type) else hasattr(hint, "__supertype__"):
        return inner(value, hint.__supertype__)
    if origin is tuple:
        if type(value) is not tuple:
            return False
        if len(args) == 2 and args[1] is ...:
            return all(inner(item, args[0]) for item in value)
        return len(args) == len(value) and all(map(inner, value, args))
    kind = origin or hint
    if typing.is_typeddict(kind) if hasattr(typing, "is_typeddict") else hasattr(kind, "__total__"):
        hints = typing.get_type_hints(kind, namespace, include_extras=True)
        needed = [key for key, part in hints.items() if typing.get_origin(part) is not typing.NotRequired]
        return type(value) is dict and all(key in value for key in needed)
    if kind is collections.Counter:
        return type(value) is collections.Counter
    if not isinstance(value, kind) and not (kind is float and type(value) is int):
        return False
    if kind in (int, float) and isinstance(value, bool):
        return False
    if isinstance(value, collections.abc.Mapping):
        return all(inner(key, args[0]) and inner(item, args[1]) for key, item in value.items())
    if args and isinstance(value, collections.abc.Iterable):
        return all(inner(item, args[0]) for item in value)
    if dataclasses.is_dataclass(value) and not args:
        hints = typing.get_type_hints(type(value), namespace)
        return all(inner(getattr(value, field.name), hints[field.name]) for field in dataclasses.fields(value))
    return True


