"""A second module."""

__all__ = ["shout", "echo"]


def shout(text):
    return text.upper()


def echo(value):
    return ["more", value]


def hidden():
    return "not exported"
