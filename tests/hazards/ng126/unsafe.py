"""Two threads raise the one exception object that the module made."""

from rounds import run, together

READS = 20
FRAMES_OF_ONE_RAISE = 2

CLOSED = ValueError("closed")


def read():
    raise CLOSED


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
