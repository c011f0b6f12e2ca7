"""Functions that call the host."""

import asyncio
import threading
import time

from nogil import TaskCancelled, cancelled, host


def ask(name, *args, **kwargs):
    return host.call(name, *args, **kwargs)


async def ask_async(name, *args):
    return await host.call(name, *args)


async def ask_many(name, count):
    return await asyncio.gather(*(host.call(name, i) for i in range(count)))


async def ask_or_give_up(name, seconds):
    try:
        return await asyncio.wait_for(host.call(name), seconds)
    except asyncio.TimeoutError:
        return "gave up"


def caught(name, *args):
    try:
        host.call(name, *args)
    except host.HostError as error:
        return {"type": error.type, "message": error.message, "code": error.code, "stack": error.stack, "text": str(error)}


def unsendable():
    host.call("echo", {"lock": [threading.Lock()]})


def numbers(name, most):
    out = []
    for item in host.call(name):
        out.append(item)
        if len(out) == most:
            break
    return out


async def numbers_async(name, most):
    out = []
    async for item in host.call(name):
        out.append(item)
        if len(out) == most:
            break
    return out


def from_other_threads(name, count):
    """Threads that serve no channel."""
    results = [None] * count

    def run(i):
        results[i] = host.call(name, i)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def loop_in_other_thread(name, count):
    async def gather():
        return await asyncio.gather(*(host.call(name, i) for i in range(count)))

    out = []
    thread = threading.Thread(target=lambda: out.extend(asyncio.run(gather())))
    thread.start()
    thread.join()
    return out


late = []


def call_later(name):
    """Returns; a thread calls the host after the task has ended."""

    def run():
        time.sleep(0.05)
        late.append(host.call(name, "late"))

    threading.Thread(target=run).start()


def what_came_late():
    return list(late)


def down(depth):
    """Python -> host -> Python ..."""
    return 0 if depth == 0 else 1 + host.call("again", depth - 1)


async def down_async(depth):
    return 0 if depth == 0 else 1 + await host.call("again_async", depth - 1)


def add(a, b):
    return a + b


def compare(array, name, depth):
    """Calls the host with its array and tells what became of it meanwhile."""
    before = bytes(array)
    answer = host.call(name, array, depth)
    return {"unchanged": bytes(array) == before, "argument": array, "answer": answer}


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return seconds


seen = []


def noticing(name):
    try:
        return host.call(name)
    except TaskCancelled:
        seen.append(("cancelled", cancelled()))
        raise
    finally:
        seen.append("finally")


def what_was_seen():
    return list(seen)


def stubborn(name):
    """Calls again although it is being stopped."""
    for _ in range(3):
        try:
            host.call(name)
        except TaskCancelled:
            pass
    return "stubborn"


def call_at_import():
    return host.call
