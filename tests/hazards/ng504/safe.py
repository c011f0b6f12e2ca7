"""It goes through call_soon_threadsafe."""

import asyncio
import threading
import time

from rounds import run, waits_for

finished = threading.Event()


async def main():
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def work():
        time.sleep(0.01)
        loop.call_soon_threadsafe(done.set)

    threading.Thread(target=work).start()
    threading.Thread(target=watch, args=(loop,)).start()
    await done.wait()
    finished.set()


missed = []


def watch(loop):
    if not waits_for(finished.is_set):
        missed.append("a call")
        loop.call_soon_threadsafe(str)


def one_round():
    asyncio.run(main())
    return len(missed)


if __name__ == "__main__":
    run(one_round, what="calls that did not wake the loop", in_child=True)
