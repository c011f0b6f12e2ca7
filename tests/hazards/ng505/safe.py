"""It awaits asyncio.sleep."""

import asyncio

from rounds import run

STEPS = 5


async def poll(log):
    for _ in range(STEPS):
        await asyncio.sleep(0.001)
        log.append("poll")


async def serve(log):
    log.append("request")


async def poll_and_serve():
    log = []
    await asyncio.gather(poll(log), serve(log))
    return log


def one_round():
    log = asyncio.run(poll_and_serve())
    return int(log[-1] == "request")


if __name__ == "__main__":
    run(one_round, what="requests served after the last poll")
