"""List append: appends to one list that all threads share.

Expected without the GIL: the list's own lock is taken for each append (lock-convoy).
"""

_LINES = []
_MOST = 200_000


def workload():
    append = _LINES.append
    for number in range(20_000):
        append(number)
    if len(_LINES) > _MOST:
        _LINES.clear()
    return 20_000
