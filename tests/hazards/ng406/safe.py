"""The lock is one of asyncio."""

import asyncio

from rounds import run, stuck

lock = asyncio.Lock()


async def store(item):
    await asyncio.sleep(0)


async def save(item):
    async with lock:
        await store(item)


async def save_two():
    await asyncio.gather(save(1), save(2))


def one_round():
    return stuck(lambda: asyncio.run(save_two()))


if __name__ == "__main__":
    run(one_round, what="event loops ended in a deadlock", in_child=True)
