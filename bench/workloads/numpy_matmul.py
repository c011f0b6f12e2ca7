"""NumPy: multiplies matrices, in C without the GIL.

Expected: scales to the cores with and without the GIL (oversubscription past them).
"""

import numpy

_LEFT = numpy.arange(160 * 160, dtype="float64").reshape(160, 160)
_RIGHT = _LEFT.T.copy()


def workload():
    return float((_LEFT @ _RIGHT)[0, 0])
