"""One thread writes a dictionary as JSON while the other adds and removes keys."""

import json

from rounds import count_raised, run, together

DUMPS = 300

stats = {}


def put(key, value):
    stats[key] = value


def drop(key):
    stats.pop(key, None)


def dump():
    return json.dumps(stats)


def write():
    return count_raised(RuntimeError, DUMPS, dump)


def come_and_go():
    for number in range(100 * DUMPS):
        put(str(number), str(number))
        drop(str(number))


def one_round():
    for number in range(500):
        put(f"page {number}", f"visited {number}")
    return int(together(write, come_and_go)[0] > 0)


if __name__ == "__main__":
    run(one_round, what="child processes crashed or raised RuntimeError", in_child=True, fixed_in=(3, 15, 0))
