"""A tokenizer that gives its tokens one by one, as a model's would, and reads its text in pieces of any length."""

import re

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(pieces):
    """Yield ``[token, its number]`` for every word and mark of the joined pieces; equal tokens have equal numbers."""
    numbers = {}
    rest = ""
    for piece in pieces:
        rest += piece
        # The last word may go on in the next piece.
        end = max(rest.rfind(" "), rest.rfind("\n")) + 1
        for match in _TOKEN.finditer(rest, 0, end):
            yield [match[0], numbers.setdefault(match[0], len(numbers))]
        rest = rest[end:]
    for match in _TOKEN.finditer(rest):
        yield [match[0], numbers.setdefault(match[0], len(numbers))]
