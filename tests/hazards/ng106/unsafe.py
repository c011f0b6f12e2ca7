"""Two threads need the client for the first time. To connect takes a millisecond."""

import time

from rounds import run, together

shared_client = None


class Client:
    def __init__(self):
        time.sleep(0.001)


def client():
    global shared_client
    if shared_client is None:
        shared_client = Client()
    return shared_client


def one_round():
    global shared_client
    shared_client = None
    first, second = together(client, client)
    return int(first is not second)


if __name__ == "__main__":
    run(one_round, what="rounds with two clients")
