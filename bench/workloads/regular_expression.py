"""Regex: searches a text with one compiled pattern that all threads share.

Expected without the GIL: the matcher is private to each search, so it scales to the cores (oversubscription past them).
"""

import re

_PATTERN = re.compile(r"(\w+)@(\w+)\.(com|org)")
_TEXT = " ".join(f"word{index} user{index}@example{index % 7}.org" for index in range(1_500))


def workload():
    return sum(1 for _ in _PATTERN.finditer(_TEXT))
