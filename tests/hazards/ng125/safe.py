"""The state ends with its thread."""

import threading
from functools import partial

from rounds import run, together

local = threading.local()


def put(user):
    local.user = user


def current_user():
    return getattr(local, "user", None)


def one_round():
    together(partial(put, "alice"))
    return int(together(current_user)[0] is not None)


if __name__ == "__main__":
    run(one_round, what="new threads found the user of a dead one")
