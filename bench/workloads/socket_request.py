"""Sockets: asks a server on the loopback interface, another process that answers after 5 ms; one connection a thread.

Expected: grows with every thread (io).
"""

import socket
import subprocess
import sys
import threading

# Answers every byte with one, 5 ms later, and ends with its standard input.
_SERVER = """
import heapq, selectors, socket, sys, time
listener = socket.create_server(("127.0.0.1", 0), backlog=512)
print(listener.getsockname()[1], flush=True)
waiter = selectors.DefaultSelector()
waiter.register(listener, selectors.EVENT_READ)
waiter.register(sys.stdin, selectors.EVENT_READ)
due = []
while True:
    for key, _ in waiter.select(max(0, due[0][0] - time.monotonic()) if due else None):
        if key.fileobj is listener:
            peer, _ = listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiter.register(peer, selectors.EVENT_READ)
        elif key.fileobj is sys.stdin:
            sys.exit()
        elif key.fileobj.recv(64):
            heapq.heappush(due, (time.monotonic() + 0.005, key.fd, key.fileobj))
        else:
            waiter.unregister(key.fileobj)
            key.fileobj.close()
    while due and due[0][0] <= time.monotonic():
        try:
            heapq.heappop(due)[2].send(b".")
        except OSError:
            pass
"""
_LOCAL = threading.local()
_LOCK = threading.Lock()
_server = None


def _port():
    global _server
    with _LOCK:
        if _server is None:
            child = subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            _server = child, int(child.stdout.readline())
        return _server[1]


def _connection():
    connection = getattr(_LOCAL, "connection", None)
    if connection is None:
        connection = _LOCAL.connection = socket.create_connection(("127.0.0.1", _port()))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def workload():
    connection = _connection()
    connection.sendall(b"?")
    return len(connection.recv(64))
