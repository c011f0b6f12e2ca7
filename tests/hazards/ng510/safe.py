"""The main thread sets it."""

import signal
import threading

from rounds import run


def serve():
    pass


def start(errors):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def guarded():
        try:
            serve()
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()


def one_round():
    errors = []
    start(errors)
    return len(errors)


if __name__ == "__main__":
    run(one_round, what="servers ended in ValueError")
