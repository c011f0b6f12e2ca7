"""Loads the user's modules and finds the functions that may be called by name.

Only what a module exports is callable: the names in ``__all__``, or without it every name that does not start with
an underscore. A dotted name goes through classes, never through modules, so ``os.system`` of a module that happens
to import ``os`` is out of reach.
"""

import importlib
import importlib.util
import os
import sys
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType

from ._coroutines import CO_COROUTINE, runnable

# Python/C API, code objects.
CO_ASYNC_GENERATOR = 0x200

# No module of the user's can have this name.
OWN_PREFIX = "nogil:"


class FunctionNotFound(LookupError):
    """No loaded module exports the name; ``nogil_nearest`` holds the names most like it."""

    def __init__(self, name, nearest, modules):
        hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"no function {name!r} in {', '.join(modules)}{hint}")
        self.name = name
        self.nogil_nearest = nearest


def load(name):
    """Imports a dotted name, or the file when ``name`` is an absolute path. Raises whatever the module raises."""
    if not os.path.isabs(name):
        return importlib.import_module(name)
    folder, file = os.path.split(name)
    stem = os.path.splitext(file)[0]
    if not os.path.exists(name):
        raise ModuleNotFoundError(f"no such file: {name}")
    # A file called json.py must not become everybody's json: neither under its name nor by its folder.
    taken = stem in sys.modules or stem in getattr(sys, "stdlib_module_names", sys.builtin_module_names)
    if folder not in sys.path:
        sys.path.insert(len(sys.path) if taken else 0, folder)
    if os.path.isdir(name):
        return importlib.import_module(file)
    stem = f"nogil_user_{stem}" if taken else stem
    spec = importlib.util.spec_from_file_location(stem, name, loader=SourceFileLoader(stem, name))
    module = importlib.util.module_from_spec(spec)
    sys.modules[stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(stem, None)
        raise
    return module


def exports(module):
    """The names of a module that may be called."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name in vars(module) if not name.startswith("_")]
    return [name for name in names if callable(getattr(module, name, None))]


def have_coroutines(modules):
    """Does one of the modules export a coroutine function or an async generator, or a class that has one?"""
    for module in modules:
        for name in exports(module):
            value = getattr(module, name)
            for each in [value, *vars(value).values()] if isinstance(value, type) else [value]:
                if getattr(getattr(each, "__code__", None), "co_flags", 0) & (CO_COROUTINE | CO_ASYNC_GENERATOR):
                    return True
    return False


class Registry:
    """The callables of the loaded modules, by name."""

    def __init__(self, modules, instances):
        self._modules = modules
        self._instances = instances

    def resolve(self, name):
        """The callable for ``function``, ``module.function``, ``Class.method`` or ``module.Class.method``.

        ``/path/of/module.py:function`` names the module by its file, for which there is only one.
        """
        for module in self._modules:
            for prefix in (f"{module.__name__}.", f"{module.__name__}:", f"{getattr(module, '__file__', None)}:", ""):
                if name.startswith(prefix):
                    found = self._find(module, name[len(prefix) :])
                    if found is not None:
                        return runnable(found)
        own = self._own(name) if name.startswith(OWN_PREFIX) else None
        if own is not None:
            return own
        raise FunctionNotFound(name, self._nearest(name), [module.__name__ for module in self._modules])

    def _own(self, name):
        """What the host itself calls (see the modules named here). Each caller gets objects of its own: threads share none."""
        from ._streams import PARTS

        if name in PARTS:
            return PARTS[name]
        from . import _residents

        resident = _residents.function(self, name[len(OWN_PREFIX) :])
        if resident is not None:
            return resident
        from ._tools import Tools

        return Tools(self, self._modules).function(name)

    def _find(self, module, name):
        parts = name.split(".")
        if parts[0] not in exports(module) or any(part.startswith("_") for part in parts):
            return None
        owner, found = None, getattr(module, parts[0])
        for part in parts[1:]:
            if not isinstance(found, type):
                return None
            owner, found = found, getattr(found, part, None)
        if not callable(found) or isinstance(found, ModuleType):
            return None
        if isinstance(owner, type) and isinstance(found, FunctionType) and not _is_static(owner, parts[-1]):
            return self._instances.method(owner, parts[-1])
        return found

    def _nearest(self, name):
        import difflib

        known = []
        for module in self._modules:
            for export in exports(module):
                known.append(export)
                value = getattr(module, export)
                if isinstance(value, type) and value.__module__ == module.__name__:
                    known += [f"{export}.{m}" for m in vars(value) if not m.startswith("_") and callable(getattr(value, m))]
        return difflib.get_close_matches(name, known, n=3, cutoff=0.6)


def _is_static(owner, name):
    return any(isinstance(vars(base).get(name), (staticmethod, classmethod)) for base in owner.__mro__)
