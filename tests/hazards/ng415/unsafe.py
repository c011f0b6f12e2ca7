"""A thread puts a job into a queue of asyncio, and the loop that waits for it is not woken."""

import asyncio
import threading
import time

from rounds import run, waits_for

jobs = asyncio.Queue()
received = threading.Event()


def produce(loop):
    jobs.put_nowait("a job")


async def consume():
    threading.Thread(target=watch, args=(asyncio.get_running_loop(),)).start()
    await jobs.get()
    received.set()


missed = []


def watch(loop):
    time.sleep(0.01)
    produce(loop)
    if not waits_for(received.is_set):
        missed.append("a job")
        loop.call_soon_threadsafe(str)


def one_round():
    asyncio.run(consume())
    return len(missed)


if __name__ == "__main__":
    run(one_round, what="jobs that did not wake the loop", in_child=True)
