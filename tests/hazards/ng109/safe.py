"""The connection is read once, into a local."""

from rounds import count_raised, run, together

MESSAGES = 50000


class Connection:
    def send(self, data):
        pass


class Client:
    def __init__(self):
        self.connection = None

    def open(self):
        self.connection = Connection()

    def send(self, data):
        connection = self.connection
        if connection is not None:
            connection.send(data)

    def close(self):
        self.connection = None


client = Client()


def send_all():
    return count_raised(AttributeError, MESSAGES, client.send, "hello")


def reconnect():
    for _ in range(MESSAGES):
        client.open()
        client.close()


def one_round():
    return together(send_all, reconnect)[0]


if __name__ == "__main__":
    run(one_round, what="messages ended in AttributeError", of=MESSAGES)
