"""The user is in a ContextVar."""

import asyncio
from contextvars import ContextVar

from rounds import run

current_user = ContextVar("current_user")


async def handle(user):
    current_user.set(user)
    await asyncio.sleep(0)
    return current_user.get()


async def handle_two():
    return await asyncio.gather(handle("alice"), handle("bob"))


def one_round():
    return int(asyncio.run(handle_two()) != ["alice", "bob"])


if __name__ == "__main__":
    run(one_round, what="rounds with the user of another task")
