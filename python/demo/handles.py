"""What the tour shows handles with: one task that works, one that fails, one that does not end by itself."""

from time import monotonic, sleep

from nogil import cancelled, progress


def count_primes(below):
    """How many primes there are below a number."""
    sieve = bytearray([1]) * below
    sieve[:2] = b"\0\0"[:below]
    for number in range(2, int(below**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return sum(sieve)


def divide(dividend, divisor):
    return dividend / divisor


def wait_until_cancelled(seconds):
    """Reports its progress until it is cancelled. Returns after so many seconds in any case."""
    start = monotonic()
    while not cancelled() and monotonic() - start < seconds:
        progress(monotonic() - start, seconds)
        sleep(0.01)
