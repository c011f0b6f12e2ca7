import socket


def talk(connection: socket.socket):
    """A hint that has no JSON form."""


def later(x: "NotDefinedAnywhere"):  # noqa: F821
    """A hint that names nothing."""
