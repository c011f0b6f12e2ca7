"""Page-fault churn: maps fresh memory, touches every page and gives it back.

Expected: the kernel's work on page tables, one lock a process (memory: many faults, system time).
"""

import mmap

_SIZE = 4 << 20
_PAGE = 4096


def workload():
    with mmap.mmap(-1, _SIZE) as memory:
        for offset in range(0, _SIZE, _PAGE):
            memory[offset] = 1
    return _SIZE
