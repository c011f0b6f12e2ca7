"""Shared dict: looks values up in one dictionary that all threads share.

Expected without the GIL: lookups take no lock, but the values found are counted by all threads (shared-object).
"""

_PRICES = {f"item{index}": 1_000.5 + index for index in range(16)}


def workload():
    prices = _PRICES
    names = list(prices)
    total = 0.0
    for index in range(20_000):
        total += prices[names[index % 16]]
    return total
