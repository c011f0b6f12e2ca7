"""The function is passed as an argument."""

import json
from functools import partial

from rounds import run, together

RECORDS = 2000
RECORD = {"b": 1, "a": 2}

as_given = json.dumps
as_sorted = partial(json.dumps, sort_keys=True)


def render_sorted(record, dumps=as_sorted):
    return dumps(record)


def render(record):
    return json.dumps(record)


def write_sorted():
    for _ in range(RECORDS):
        render_sorted(RECORD)


def write():
    expected = as_given(RECORD)
    return sum(render(RECORD) != expected for _ in range(RECORDS))


def one_round():
    return together(write_sorted, write)[1]


if __name__ == "__main__":
    run(one_round, what="records sorted that should not be", of=RECORDS)
