"""Two coroutines keep their user in threading.local over an await."""

import asyncio
import threading

from rounds import run

request = threading.local()


async def handle(user):
    request.user = user
    await asyncio.sleep(0)
    return request.user


async def handle_two():
    return await asyncio.gather(handle("alice"), handle("bob"))


def one_round():
    return int(asyncio.run(handle_two()) != ["alice", "bob"])


if __name__ == "__main__":
    run(one_round, what="rounds with the user of another task")
