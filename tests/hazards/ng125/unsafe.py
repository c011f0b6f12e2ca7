"""State is kept by the number of the thread, and a new thread gets the number of a dead one."""

import threading
from functools import partial

from rounds import run, together

state = {}


def put(user):
    state[threading.get_ident()] = user


def current_user():
    return state.get(threading.get_ident())


def one_round():
    together(partial(put, "alice"))
    return int(together(current_user)[0] is not None)


if __name__ == "__main__":
    run(one_round, what="new threads found the user of a dead one")
