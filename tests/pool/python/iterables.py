"""Functions that read iterables of the host."""

import asyncio
import threading

from nogil import host


def total(items):
    return sum(items)


def listed(items, most=None):
    out = []
    for item in items:
        out.append(item)
        if len(out) == most:
            break
    return out


async def listed_async(items, most=None):
    out = []
    async for item in items:
        out.append(item)
        if len(out) == most:
            break
    return out


async def many_async(lists):
    return await asyncio.gather(*[listed_async(items) for items in lists])


async def wrong_loop(items):
    for item in items:
        return item


def pairs(left, right):
    return [list(pair) for pair in zip(left, right)]


def inside(value):
    return [list(items) for items in value["lists"]]


def caught(items):
    out = []
    try:
        for item in items:
            out.append(item)
    except host.HostError as error:
        out.append(error.message)
    return out


def doubled(items):
    for item in items:
        yield 2 * item


async def doubled_async(items):
    async for item in items:
        yield 2 * item


def ignores(items):
    return "not read"


def square(x):
    return x * x


def in_another_thread(items):
    out = []

    def run():
        try:
            out.extend(items)
        except host.HostError as error:
            out.append(error.message)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return out
