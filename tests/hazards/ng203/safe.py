"""Each reads the list that both share."""

import threading

from rounds import run

ITEMS = 200000


def consume(items, sums):
    sums.append(sum(items))


def split(source):
    sums = []
    items = list(source)
    threads = [
        threading.Thread(target=consume, args=(items, sums)),
        threading.Thread(target=consume, args=(items, sums)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sums


def one_round():
    expected = sum(range(ITEMS))
    return int(split(iter(range(ITEMS))) != [expected, expected])


if __name__ == "__main__":
    run(one_round, what="child processes crashed or got wrong elements", in_child=True, fixed_in=(3, 14, 7))
