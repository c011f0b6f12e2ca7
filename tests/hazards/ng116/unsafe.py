"""A signer keeps the time of the request on itself, and two threads sign with one signer."""

from functools import partial

from rounds import run, together

REQUESTS = 30000


class Signer:
    def sign(self, name, timestamp):
        self.timestamp = timestamp
        return self.header(name) + self.scope(name)

    def header(self, name):
        return (name, self.timestamp)

    def scope(self, name):
        return (name, self.timestamp)


signer = Signer()


def client(timestamp):
    expected = ("get", timestamp, "get", timestamp)
    return sum(signer.sign("get", timestamp) != expected for _ in range(REQUESTS))


def one_round():
    return sum(together(partial(client, 1), partial(client, 2)))


if __name__ == "__main__":
    run(one_round, what="requests signed with the time of another", of=2 * REQUESTS)
