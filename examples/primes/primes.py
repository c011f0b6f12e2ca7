def count_primes(start, stop):
    """How many primes there are from start up to, not including, stop."""
    return sum(is_prime(number) for number in range(start, stop))


def is_prime(number):
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True
