"""It is read with a default."""

import threading

from rounds import run, together

local = threading.local()
local.depth = 0


def depth():
    return getattr(local, "depth", 0)


def one_round():
    results = together(depth, depth, expects=AttributeError)
    return sum(isinstance(result, AttributeError) for result in results)


if __name__ == "__main__":
    run(one_round, what="threads ended in AttributeError", of=2)
