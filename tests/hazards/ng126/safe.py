"""Each call raises an exception of its own."""

from rounds import run, together

READS = 20
FRAMES_OF_ONE_RAISE = 2


def read():
    raise ValueError("closed")


def frames(traceback):
    count = 0
    while traceback is not None:
        count += 1
        traceback = traceback.tb_next
    return count


def work():
    wrong = 0
    for _ in range(READS):
        try:
            read()
        except ValueError as error:
            wrong += frames(error.__traceback__) > FRAMES_OF_ONE_RAISE
    return wrong


def one_round():
    return sum(together(work, work))


if __name__ == "__main__":
    run(one_round, what="tracebacks with frames of other calls", of=2 * READS)
