"""Python types as JSON Schema, and JSON values as those types: both made from one look at a type's hints.

``Types.compile(hint)`` gives ``(schema, read)``. ``read(value, path, issues)`` makes the Python value of a JSON value;
what does not fit is added to ``issues`` as a sentence with its path, so that a model hears of all of it at once.
"""

import collections.abc as abc
import dataclasses
import enum
import inspect
import types
import typing

from ._json_values import BAD, SCALARS, as_it_is, exactly, number_of, one_of, wrong

_UNIONS = (typing.Union, getattr(types, "UnionType", typing.Union))
_FIELD_MARKS = {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar"}
_LISTS = (list, abc.Sequence, abc.Iterable, abc.Collection, abc.MutableSequence)
_SETS = (set, abc.Set, abc.MutableSet)
_DICTS = (dict, abc.Mapping, abc.MutableMapping)


class UnknownType(TypeError):
    """A type hint that has no JSON Schema."""


class Types:
    """Compiles hints. Types that contain themselves become definitions.

    closed: every field is required and may be null where it has a default, as strict modes of providers demand.
    """

    def __init__(self, closed=False):
        self.definitions = {}
        self._closed = closed
        self._open = {}

    def compile(self, hint):
        """``(schema, read)`` of a type hint. Raises UnknownType, or NameError for a name that cannot be resolved."""
        if hint is typing.Any or hint is object or hint is inspect.Parameter.empty or isinstance(hint, typing.TypeVar):
            return {}, as_it_is
        if hint is None or hint is type(None):
            return {"type": "null"}, exactly("null", lambda value: value is None)
        if hint in SCALARS:
            return SCALARS[hint]
        if hasattr(hint, "__supertype__"):  # typing.NewType
            return self.compile(hint.__supertype__)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Annotated:
            return self._annotated(arguments)
        if getattr(origin, "_name", None) in _FIELD_MARKS:
            return self.compile(arguments[0])
        if origin is typing.Literal:
            return _literal(arguments)
        if origin in _UNIONS:
            return self._union(arguments)
        kind = origin or hint
        if type(kind).__name__ == "TypeAliasType":  # type X = … (PEP 695)
            return self._named(kind, kind.__name__, lambda: self.compile(kind.__value__))
        if kind in _LISTS:
            return self._array(arguments[:1], list, {})
        if kind in _SETS or kind is frozenset:
            return self._array(arguments[:1], frozenset if kind is frozenset else set, {"uniqueItems": True})
        if kind in _DICTS:
            return self._mapping(arguments)
        if isinstance(kind, type):
            return self._class(kind, arguments)
        raise UnknownType(f"{hint!r} has no JSON form")

    def _annotated(self, arguments):
        schema, read = self.compile(arguments[0])
        texts = [extra for extra in arguments[1:] if isinstance(extra, str)]
        return ({**schema, "description": texts[0]} if texts else schema), read

    def _class(self, kind, arguments):
        if issubclass(kind, enum.Enum):
            return _enum(kind)
        if hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate"):
            return self._pydantic(kind)
        if dataclasses.is_dataclass(kind):
            return self._named(kind, kind.__name__, lambda: self._dataclass(kind))
        if issubclass(kind, dict) and hasattr(kind, "__required_keys__"):  # typing.TypedDict
            return self._named(kind, kind.__name__, lambda: self._typed_dict(kind))
        if issubclass(kind, tuple):
            if hasattr(kind, "_fields"):
                return self._named(kind, kind.__name__, lambda: self._named_tuple(kind))
            return self._tuple(arguments)
        raise UnknownType(f"the class {kind.__qualname__} has no JSON form; a dataclass or a TypedDict has")

    def _named(self, kind, name, build):
        """Builds a type once; where it meets itself it becomes a definition."""
        known = self._open.get(kind)
        if known is not None:
            if known["name"] is None:
                known["name"] = self._free_name(name)
            return {"$ref": f"#/$defs/{known['name']}"}, lambda *args: known["read"](*args)
        known = self._open[kind] = {"name": None, "read": None}
        try:
            schema, known["read"] = build()
        finally:
            del self._open[kind]
        if known["name"] is None:
            return schema, known["read"]
        self.definitions[known["name"]] = schema
        return {"$ref": f"#/$defs/{known['name']}"}, known["read"]

    def _free_name(self, name):
        taken = {known["name"] for known in self._open.values()} | set(self.definitions)
        number = 1
        free = name
        while free in taken:
            number += 1
            free = f"{name}{number}"
        return free

    def _union(self, arguments):
        compiled = [self.compile(argument) for argument in arguments]

        def read(value, path, issues):
            reasons = []
            for _, read_one in compiled:
                found = []
                result = read_one(value, path, found)
                if not found:
                    return result
                reasons += [reason for reason in found if reason not in reasons]
            issues.append(" or ".join(reasons))
            return BAD

        return {"anyOf": [schema for schema, _ in compiled]}, read

    def _array(self, arguments, make, more):
        schema, read_item = self.compile(arguments[0]) if arguments else ({}, as_it_is)

        def read(value, path, issues):
            if not isinstance(value, list):
                return wrong(value, path, issues, "an array")
            items = [read_item(item, f"{path}[{at}]", issues) for at, item in enumerate(value)]
            return items if make is list or issues else make(items)

        return {"type": "array", "items": schema, **more}, read

    def _tuple(self, arguments):
        if not arguments or (len(arguments) == 2 and arguments[1] is Ellipsis):
            schema, read_items = self._array(arguments[:1], list, {})
            return schema, lambda value, path, issues: _tuple_of(read_items(value, path, issues))
        compiled = [self.compile(argument) for argument in arguments if argument != ()]
        count = len(compiled)

        def read(value, path, issues):
            if not isinstance(value, list) or len(value) != count:
                return wrong(value, path, issues, f"an array of {count}")
            return tuple(read_one(item, f"{path}[{at}]", issues) for at, ((_, read_one), item) in enumerate(zip(compiled, value)))

        items = {"anyOf": [schema for schema, _ in compiled]} if compiled else {}
        return {"type": "array", "items": items, "minItems": count, "maxItems": count}, read

    def _mapping(self, arguments):
        keys, values = arguments or (str, typing.Any)
        _, read_key = self.compile(keys)
        schema, read_value = self.compile(values)
        from_text = keys in (int, float)

        def read(value, path, issues):
            if not isinstance(value, dict):
                return wrong(value, path, issues, "an object")
            result = {}
            for key, item in value.items():
                place = f"{path}.{key}" if path else str(key)
                made = read_key(number_of(key) if from_text else key, place, issues)
                item = read_value(item, place, issues)
                if made is not BAD:
                    result[made] = item
            return result

        return {"type": "object", "additionalProperties": schema}, read

    def fields(self, fields, make):
        """``fields``: ``[(name, hint, is required, default or MISSING, description or None)]``; ``make(dict)``."""
        properties, required, readers = {}, [], {}
        for name, hint, is_required, default, description in fields:
            schema, read_field = self.compile(hint)
            may_leave_out = not is_required and not _takes_null(schema)
            if self._closed and may_leave_out:
                schema = {"anyOf": [schema, {"type": "null"}]}
            if description and "description" not in schema:
                schema = {**schema, "description": description}
            if not self._closed and isinstance(default, (str, int, float, bool)):
                schema = {**schema, "default": default}
            properties[name] = schema
            if is_required or self._closed:
                required.append(name)
            readers[name] = (read_field, is_required, may_leave_out)
        schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

        def read(value, path, issues):
            if not isinstance(value, dict):
                return wrong(value, path, issues, "an object")
            before = len(issues)
            result = {}
            for name, (read_field, is_required, may_leave_out) in readers.items():
                place = f"{path}.{name}" if path else name
                if name in value and not (may_leave_out and value[name] is None):
                    result[name] = read_field(value[name], place, issues)
                elif is_required:
                    issues.append(f"{place}: missing")
            for name in value:
                if name not in readers:
                    issues.append(f"{path}.{name}: no such field" if path else f"{name}: no such field")
            if len(issues) > before:
                return BAD
            try:
                return make(result)
            except (TypeError, ValueError) as error:  # a check of the class itself
                issues.append(f"{path}: {error}" if path else str(error))
                return BAD

        return schema, read

    def _dataclass(self, kind):
        hints = hints_of(kind)
        missing = dataclasses.MISSING
        fields = [
            (
                field.name,
                hints[field.name],
                field.default is missing and field.default_factory is missing,
                field.default,
                field.metadata.get("description"),
            )
            for field in dataclasses.fields(kind)
            if field.init
        ]
        return self.fields(fields, lambda values: kind(**values))

    def _typed_dict(self, kind):
        hints = hints_of(kind)
        fields = [(name, hint, name in kind.__required_keys__, None, None) for name, hint in hints.items()]
        return self.fields(fields, dict)

    def _named_tuple(self, kind):
        hints, defaults = hints_of(kind), kind._field_defaults
        fields = [
            (name, hints.get(name, typing.Any), name not in defaults, defaults.get(name), None) for name in kind._fields
        ]
        return self.fields(fields, lambda values: kind(**values))

    def _pydantic(self, kind):
        schema = dict(kind.model_json_schema())
        for name, definition in schema.pop("$defs", {}).items():
            if self.definitions.setdefault(name, definition) != definition:
                raise UnknownType(f"two models are called {name}; give one of them another name")
        if self._closed:
            schema = _closed_schema(schema)
            self.definitions = {name: _closed_schema(definition) for name, definition in self.definitions.items()}

        def read(value, path, issues):
            try:
                return kind.model_validate(value)
            except ValueError as error:
                errors = getattr(error, "errors", None)
                for issue in errors() if errors is not None else [{"loc": (), "msg": str(error)}]:
                    place = ".".join(str(part) for part in ([path] if path else []) + list(issue["loc"]))
                    issues.append(f"{place}: {issue['msg']}" if place else issue["msg"])
                return BAD

        return schema, read


def hints_of(target):
    """The hints of a class or function, with ``Annotated``. Raises UnknownType where one cannot be evaluated."""
    try:
        return typing.get_type_hints(target, include_extras=True)
    except (NameError, TypeError) as error:
        raise UnknownType(f"the type hints of {target.__qualname__} cannot be read: {error}") from error


def _takes_null(schema):
    return schema.get("type") == "null" or any(_takes_null(part) for part in schema.get("anyOf", ())) or not schema


def _closed_schema(node):
    if isinstance(node, list):
        return [_closed_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed_schema(item) for name, item in node.items() if name != "default"}
    if isinstance(node.get("properties"), dict):
        closed["properties"] = {name: _closed_schema(item) for name, item in node["properties"].items()}
        closed["required"] = list(node["properties"])
        closed["additionalProperties"] = False
    return closed


def _tuple_of(items):
    return items if items is BAD else tuple(items)


def _literal(values):
    return {"enum": list(values)}, one_of({(type(value), value): value for value in values})


def _enum(kind):
    return {"enum": [member.value for member in kind]}, one_of({(type(member.value), member.value): member for member in kind})
