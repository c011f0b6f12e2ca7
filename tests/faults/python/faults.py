"""What goes wrong in the fault matrix, and the tasks beside it that must not notice."""

import ctypes
import os
import random
import resource
import signal
import socket
import struct
import threading
import time

from nogil import progress

_never = threading.Lock()
_never.acquire()
_first, _second = threading.Lock(), threading.Lock()


def pid():
    return os.getpid()


def mark(path, number, seconds=0):
    """Not idempotent: one line a run, written in one piece."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, b"%d\n" % number)
    finally:
        os.close(descriptor)
    if seconds:
        time.sleep(seconds)
    return number


def wait(seconds):
    time.sleep(seconds)
    return seconds


def echo(value):
    return value


def size(value):
    return len(value)


def make(count):
    return b"x" * count


def segfault():
    ctypes.string_at(0)


def abort():
    os.abort()


def leave():
    os._exit(3)


def signal_itself(number):
    os.kill(os.getpid(), number)
    time.sleep(10)


def exhaust():
    """Lowers the limit of address space below what is in use, and asks for more."""
    limit = 64 << 20
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + limit, hard))
    try:
        return len(bytearray(64 * limit))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def exhaust_for_good():
    """The limit stays: whatever comes next in this process fails, too."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, resource.getrlimit(resource.RLIMIT_AS)[1]))
    blocks = []
    while True:
        blocks.append(bytearray(1 << 16))


def lift_limit():
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)


def c_loop():
    progress(0)
    sum(range(10**15))


def blocked_read():
    progress(0)
    here, _there = socket.socketpair()
    here.recv(1)


def never_opened():
    progress(0)
    _never.acquire()


def bare_except():
    progress(0)
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def python_loop():
    progress(0)
    while True:
        pass


def polite():
    progress(0)
    from nogil import cancelled

    while not cancelled():
        time.sleep(0.001)


def deadlock(order):
    first, second = (_first, _second) if order == 0 else (_second, _first)
    with first:
        time.sleep(0.05)
        with second:
            return order


def garbage(descriptor, seed, shape):
    """Writes to a channel what no correct worker writes."""
    rng = random.Random(seed)
    noise = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 200)))
    body = {
        "noise": b"\xff" * 16 + noise,
        "kind": struct.pack("<IIB", len(noise), rng.randrange(8), rng.randrange(256)) + noise,
        "progress": struct.pack("<IIB", 5, 1, 3) + b"i\x05\0\0\0",
        "short": struct.pack("<IIB", 3, 1, 0) + b"abc",
        "error": struct.pack("<IIBddd", 29, 1, 1, 0.0, 0.0, 0.0) + b"i\x05\0\0\0",
        "long": struct.pack("<IIB", 0xFFFFFFF0, 1, 0),
    }[shape]
    os.write(descriptor, body + b"\xff" * 16)
    time.sleep(10)


def fork_and_return():
    """Both processes come out of this call; the copy must not answer."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return [os.getpid(), child != 0]


def fork_and_stay(seconds):
    """A copy that goes on after this process is gone, holding what it has inherited."""
    child = os.fork()
    if child == 0:
        time.sleep(seconds)
        os._exit(0)
    return child


def spawn_and_stay(seconds):
    """A program, started the simple way, that inherits every descriptor that may be: which of our channels has it?"""
    ours = {_link("self", descriptor) for descriptor in os.listdir("/proc/self/fd") if int(descriptor) > 2}
    pid = os.posix_spawnp("sleep", ["sleep", str(seconds)], os.environ)
    theirs = {_link(pid, descriptor) for descriptor in os.listdir("/proc/%d/fd" % pid)}
    return [pid, sorted(link for link in ours & theirs if link.startswith("socket:"))]


def _link(process, descriptor):
    try:
        return os.readlink("/proc/%s/fd/%s" % (process, descriptor))
    except OSError:  # closed meanwhile
        return ""


def ignore_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        ctypes.CDLL(None).signal(number, ctypes.c_void_p(1))  # SIG_IGN, from any thread
    return True


def close_everything():
    """As programs do that turn themselves into daemons."""
    os.closerange(3, 256)
    return True


def full_disk():
    with open("/dev/full", "w") as file:
        file.write("x")
        file.flush()


def temporary():
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    return True
