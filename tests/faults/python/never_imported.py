"""A module whose import does not end, in C and, where there is one, with the GIL."""

sum(range(10**15))
