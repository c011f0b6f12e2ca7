"""A function replaces json.dumps of the whole process to have keys sorted."""

import json
from functools import partial

from rounds import run, together

RECORDS = 2000
RECORD = {"b": 1, "a": 2}

as_given = json.dumps
as_sorted = partial(json.dumps, sort_keys=True)


def render_sorted(record):
    json.dumps = as_sorted
    text = json.dumps(record)
    json.dumps = as_given
    return text


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
