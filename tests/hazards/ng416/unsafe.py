"""Each cell is decoded under the one lock of the module, so two threads never decode side by side."""

import threading
from concurrent.futures import ThreadPoolExecutor

from rounds import Meeting, run

lock = threading.Lock()
results = []


def work(part, decode):
    for row in part:
        for cell in row:
            with lock:
                results.append(decode(cell))


def run_parts(parts, decode):
    with ThreadPoolExecutor(2) as pool:
        for part in parts:
            pool.submit(work, part, decode)


def one_round():
    results.clear()
    meeting = Meeting(2)
    run_parts([[[1]], [[2]]], lambda cell: meeting.is_complete())
    return int(not all(results))


if __name__ == "__main__":
    run(one_round, what="rounds in which two threads could not decode at once")
