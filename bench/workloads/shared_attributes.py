"""Shared instance: reads attributes of one object that all threads share.

Expected without the GIL: each read counts references of the same value (shared-object).
"""


class Settings:
    def __init__(self):
        self.offset = 1_000_003
        self.limits = [10, 20, 30]


_SETTINGS = Settings()


def workload():
    settings = _SETTINGS
    total = 0
    for number in range(20_000):
        total += (number + settings.offset) % len(settings.limits)
    return total
