"""Functions without a decorator: all that are defined here are tools."""

from os.path import join  # noqa: F401  not a tool: defined elsewhere


def add(a: int, b: int = 2) -> int:
    """
    Adds two numbers.

    Parameters
    ----------
    a : int
        the first number
    b : int
        the second number
    """
    return a + b


def greet(name, /, *titles, greeting="Hello", **more):
    """:param name: whom to greet"""
    return f"{greeting}, {name}"


def _private():
    pass
