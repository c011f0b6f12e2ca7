"""What the endpoint computes."""

import time

from nogil import cancelled


def primes(below):
    """How many there are."""
    sieve = bytearray([1]) * max(0, below)
    sieve[:2] = bytes(min(2, below))
    for number in range(2, int(below**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return sum(sieve)


def slow(seconds):
    """Runs until it is cancelled or the time is over; True when it was cancelled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if cancelled():
            return True
        time.sleep(0.005)
    return False
