from time import sleep

from nogil import cancelled, progress


def take_steps(count, seconds_each):
    """Takes steps until all are done or the caller cancels. Returns how many it took."""
    for step in range(count):
        if cancelled():
            return step
        sleep(seconds_each)
        progress(step + 1, count)
    return count


def divide(dividend, divisor):
    return dividend / divisor
