"""Two threads ask for the connections to the same hosts and get different ones."""

from rounds import run, together

HOSTS = range(10000)

connections = {}


class Connection:
    def __init__(self, host):
        self.host = host
        self.buffer = bytearray(4096)


def connection(host):
    if host not in connections:
        connections[host] = Connection(host)
    return connections[host]


def client():
    return [connection(host) for host in HOSTS]


def one_round():
    connections.clear()
    first, second = together(client, client)
    return sum(left is not right for left, right in zip(first, second))


if __name__ == "__main__":
    run(one_round, what="hosts with two connections", of=len(HOSTS))
