"""Functions as tools of a language model, classes as types of its answers; what the host's ``pool.tools`` calls.

The host reaches these under names that begin with ``nogil:``. All of it is imported when it is first asked for.
"""

import inspect

from . import _docstrings
from ._json_values import to_plain
from ._modules import exports
from ._schema import Types, UnknownType, hints_of


class InvalidArguments(ValueError):
    """A value does not fit the hints; the text says where and why, for the model."""


class NotATool(TypeError):
    """A function or class that cannot be shown to a model, and why."""


class Tools:
    """What one thread has compiled of the loaded modules."""

    def __init__(self, registry, modules):
        self._registry = registry
        self._modules = modules
        self._calls = {}
        self._types = {}

    def function(self, name):
        """The function behind a ``nogil:`` name; None when there is none."""
        return {"nogil:tools": self.tools, "nogil:tool": self.call, "nogil:type": self.type, "nogil:read": self.read}.get(name)

    def tools(self, module):
        """What the model is told: ``[{"name", "description", "parameters", "function"}, …]``.

        Functions marked with ``@tool``, and if there is none, all functions the module exports and defines.
        module: number of a loaded module, or None for all.
        """
        modules = self._modules if module is None else [self._modules[module]]
        return [_definition(*found) for each in modules for found in _found(each)]

    def call(self, function, arguments):
        """Calls a tool with the arguments that a model wrote. Raises InvalidArguments."""
        known = self._calls.get(function)
        if known is None:
            target = self._target(function)
            known = self._calls[function] = (_parameters(target)[1], self._registry.resolve(function))
        read, run = known
        issues = []
        args, keywords = read(arguments, "", issues)
        if issues:
            raise InvalidArguments("; ".join(issues))
        return to_plain(run(*args, **keywords))

    def type(self, name):
        """The JSON Schema of an exported class."""
        return self._type(name)[0]

    def read(self, name, value):
        """``{"ok": True, "value": …}`` or ``{"ok": False, "issues": […]}`` for a value that a model wrote."""
        issues = []
        made = self._type(name)[1](value, "", issues)
        return {"ok": False, "issues": issues} if issues else {"ok": True, "value": to_plain(made)}

    def _type(self, name):
        known = self._types.get(name)
        if known is None:
            kind = self._target(name)
            types = Types(closed=True)
            try:
                schema, read = types.compile(kind)
            except UnknownType as error:
                raise NotATool(f"{name}: {error}") from error
            definitions = {"$defs": types.definitions} if types.definitions else {}
            if "$ref" in schema:  # the type contains itself; at the top providers want the object
                schema = types.definitions[schema["$ref"].rsplit("/", 1)[1]]
            description = "" if getattr(kind, "__doc__", None) is None else _own_docstring(kind)
            more = {"description": description} if description and "description" not in schema else {}
            known = self._types[name] = ({**schema, **more, **definitions}, read)
        return known

    def _target(self, name):
        """An exported function, class or method, or the alias of a type: ``module:name``, or a name alone."""
        module_name, _, path = name.rpartition(":")
        for module in self._modules:
            parts = path.split(".")
            if module_name not in ("", module.__name__) or not _is_exported(module, parts[0]):
                continue
            found = getattr(module, parts[0])
            for part in parts[1:]:
                # Through classes only, as for calls: never into a module that happens to be imported.
                found = getattr(found, part, None) if isinstance(found, type) and part[:1] != "_" else None
            if found is not None:
                return found
        raise NotATool(f"no {name!r} in {', '.join(module.__name__ for module in self._modules)}")


def _is_exported(module, name):
    names = getattr(module, "__all__", None)
    return hasattr(module, name) and (name in names if names is not None else not name.startswith("_"))


def _found(module):
    """``(name, path, function)`` of the tools of a module."""
    functions = [(name, name, getattr(module, name)) for name in exports(module)]
    classes = [(name, kind) for name, _, kind in functions if isinstance(kind, type) and kind.__module__ == module.__name__]
    functions += [
        (f"{name}_{member}", f"{name}.{member}", value) for name, kind in classes for member, value in vars(kind).items()
    ]
    marked = [found for found in functions if hasattr(found[2], "__nogil_tool__")]
    own = [found for found in functions if inspect.isfunction(found[2]) and "." not in found[1]]
    chosen = marked or [found for found in own if found[2].__module__ == module.__name__]
    return [(name, f"{module.__name__}:{path}", function) for name, path, function in chosen]


def _definition(name, path, function):
    text, _ = _docstrings.read(function.__doc__)
    description = getattr(function, "__nogil_tool__", {}).get("description") or text
    # The whole docstring is what `@tool` without a description keeps; the sections are told with the parameters.
    if description == (function.__doc__ or "").strip():
        description = text
    return {"name": name, "description": description, "parameters": _parameters(function)[0], "function": path}


def _parameters(function):
    """``(schema, read)`` of a function's parameters; ``read`` gives ``(args, keywords)``."""
    function = inspect.unwrap(function)
    parameters = list(inspect.signature(function).parameters.values())
    if "." in function.__qualname__.rpartition("<locals>")[2] and parameters[:1] and parameters[0].name == "self":
        parameters = parameters[1:]
    _, texts = _docstrings.read(function.__doc__)
    try:
        hints = hints_of(function)
        types = Types()
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        schema, read = types.fields(
            [
                (p.name, hints.get(p.name, p.annotation), p.default is p.empty, p.default, texts.get(p.name))
                for p in named
            ],
            dict,
        )
    except UnknownType as error:
        raise NotATool(f"{function.__qualname__} cannot be a tool: {error}") from error
    if types.definitions:
        schema["$defs"] = types.definitions
    leading = [p for p in named if p.kind is p.POSITIONAL_ONLY]

    def bind(arguments, path, issues):
        values = read(arguments, path, issues)
        if issues:
            return (), {}
        args = [values.pop(p.name, p.default) for p in leading]
        return args, values

    return schema, bind


def _own_docstring(kind):
    """Dataclasses and typed dicts without a docstring get one that says nothing."""
    text = inspect.cleandoc(kind.__doc__ or "")
    is_made = text.startswith(f"{getattr(kind, '__name__', '')}(") or kind.__doc__ == dict.__doc__
    return "" if is_made else _docstrings.read(text)[0]
