"""What is measured: a function of a module, or a whole script."""

import ast
import inspect
import json
import marshal
import os
import sys

from . import _modules
from ._instances import OFF, Instances


class NoTarget(Exception):
    """There is nothing to measure; the message says why and what to do."""


class Target:
    """``for_thread`` gives a thread its own callable: arguments are decoded once a thread, because one shared object
    would create the contention that is being looked for."""

    def __init__(self, kind, name, for_thread):
        self.kind = kind
        self.name = name
        self.for_thread = for_thread


def load(file, function, args, kwargs):
    """The target. ``file`` is an absolute path or a dotted name; ``args`` and ``kwargs`` are JSON texts."""
    if os.path.isabs(file):
        if not os.path.isfile(file):
            raise NoTarget(f"{file}: no such file")
        if function is None and not binds(file, "workload"):
            return script(file, json.loads(args))
    try:
        module = _modules.load(file)
    except SystemExit as ended:
        raise NoTarget(f"{file} ended the process with SystemExit({ended.code!r}) while it was imported") from None
    return function_of(module, function or "workload", args, kwargs)


def binds(file, name):
    """Whether the file defines or imports ``name`` at its top level. Read, not run: a script would do its work."""
    with open(file, "rb") as source:
        tree = ast.parse(source.read(), file)
    for node in tree.body:
        names = [getattr(node, "name", None)]
        names += [alias.asname or alias.name for alias in getattr(node, "names", ()) if isinstance(alias, ast.alias)]
        names += [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
        if name in names:
            return True
    return False


def script(file, arguments):
    """Each call runs the whole file as ``__main__``, in a namespace of its own."""
    with open(file, "rb") as source:
        code = marshal.loads(marshal.dumps(compile(source.read(), file, "exec", dont_inherit=True)))
    sys.argv = [file, *map(str, arguments)]
    sys.path.insert(0, os.path.dirname(file))

    def run():
        try:
            exec(code, {"__name__": "__main__", "__file__": file, "__builtins__": __builtins__})
        except SystemExit as ended:
            if ended.code not in (None, 0):
                raise

    return Target("script", os.path.basename(file), lambda: run)


def function_of(module, name, args, kwargs):
    """The function as a pool would call it: exported names, methods on one instance, coroutines on a loop."""
    try:
        function = _modules.Registry([module], Instances(OFF, print)).resolve(name)
    except _modules.FunctionNotFound as missing:
        raise NoTarget(str(missing)) from None
    if not (inspect.isclass(function) or callable(function)):
        raise NoTarget(f"{name} is no function")
    check_arguments(function, name, json.loads(args), json.loads(kwargs))
    is_generator = inspect.isgeneratorfunction(function)

    def for_thread():
        own_args, own_kwargs = json.loads(args), json.loads(kwargs)
        if is_generator:
            return lambda: [None for _ in function(*own_args, **own_kwargs)]
        if own_args or own_kwargs:
            return lambda: function(*own_args, **own_kwargs)
        return function

    return Target("function", name, for_thread)


def check_arguments(function, name, args, kwargs):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise NoTarget(
            f"{name}{signature} cannot be called with the arguments given ({error}); "
            "pass them after the function, as JSON, or with --kwargs"
        ) from None
