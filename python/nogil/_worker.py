"""The worker process. The host starts it (worker.py) with private sockets: descriptor 3 is the control channel, and each
descriptor from 4 on is the channel of one thread.

    control: INIT -> import the user's modules -> answer (what was loaded, GIL state) or the import's error
    channels: one thread each, from call to reply without a queue (see _channel)
"""

import _signal  # not signal: its enums take longer to import than all of ours
import marshal
import os
import sys
from _thread import allocate_lock, start_new_thread  # not threading, which costs a start as much as all of ours

from . import _channel, _errors, _modules, _output, _values, _wire
from ._control import Control, gil_enabled
from ._instances import Instances

INIT_MAX_BYTES = 1 << 24

# sysexits.h: EX_SOFTWARE
EXIT_BROKEN = 70
_PROCESS = os.getpid()


def _end_process():
    """The host is gone or wants us gone. Not sys.exit: other threads may be in user code that never returns."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(0)


def _serve(serve, *args):
    """Serves a channel. When that fails, the bytes on it make no sense or the host is gone: a process with a channel
    that nobody serves would look alive for ever."""
    try:
        serve(*args)
    except BaseException:
        if os.getpid() != _PROCESS:
            # A copy that user code forked, out of its task. It can wait for no lock, of an import or a stream: the
            # thread that holds it is not in the copy.
            os._exit(0)
        try:
            import traceback

            traceback.print_exc()
        except BaseException:  # without memory even that import fails
            os.write(2, b"nogil: a channel cannot be served any more, and there is no memory left to say why\n")
        finally:
            os._exit(EXIT_BROKEN)


def call_c(name, *args):
    """Calls a function of the C library that takes and gives integers."""
    try:  # the C half of ctypes alone: the Python half takes several milliseconds of every start to import
        from _ctypes import call_cdeclfunction, dlopen, dlsym

        return call_cdeclfunction(dlsym(dlopen(None, 0), name), args)
    except ImportError:
        import ctypes

        return getattr(ctypes.CDLL(None), name)(*args)


def _die_with_the_host(host):
    """Linux: the kernel ends us when the host dies, even if user code holds the GIL and never reads a channel.

    To be called on the main thread: the wish lasts as long as the thread that makes it.
    """
    PR_SET_PDEATHSIG = 1
    try:
        call_c("prctl", PR_SET_PDEATHSIG, _signal.SIGKILL)
    except Exception:  # no ctypes, not Linux: the end of the channels tells
        return
    if os.getppid() != host:  # it died before we asked
        os._exit(0)


def _stay_with_this_process(holders):
    """The channels are this process's alone: a copy that user code forks must not answer in its place, and neither
    that nor a program it starts may hold them open when we are gone."""
    def sockets():
        return [getattr(holder, "socket", holder) for holder in holders]

    for sock in sockets():
        os.set_inheritable(sock.fileno(), False)

    def close():
        for sock in sockets():
            sock.close()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=close)
    return holders


def _report_gil_switch(control):
    """Tells the host at once when the import of an extension module switches the GIL on."""
    from importlib.machinery import ExtensionFileLoader

    execute = ExtensionFileLoader.exec_module
    create = ExtensionFileLoader.create_module
    seen = []
    # While an extension module is being created, by whichever thread, the GIL is on for that time (PEP 703): only
    # between creations does its state say anything, and then about all that came since the last look.
    creating = []
    loaded = []
    lock = allocate_lock()

    def look(name):
        with lock:
            loaded.append(name)
            if creating or seen:
                return
            names = " or ".join(dict.fromkeys(loaded))
            loaded.clear()
            if not gil_enabled():
                return
            seen.append(names)
        control.send(_wire.EVENT, {"event": "gil-enabled", "module": names})

    def exec_module(self, module):
        execute(self, module)
        look(module.__name__)

    def create_module(self, spec):
        with lock:
            creating.append(spec.name)
        try:
            return create(self, spec)
        finally:
            with lock:
                creating.remove(spec.name)
            look(spec.name)

    ExtensionFileLoader.exec_module = exec_module
    ExtensionFileLoader.create_module = create_module
    return seen


def main():
    # Ctrl-C in a terminal reaches the whole group; the host decides what becomes of the tasks.
    _signal.signal(_signal.SIGINT, lambda number, frame: None)
    control_socket = _channel.socket(fileno=3)
    request, kind, body = _wire.read_frame(control_socket, INIT_MAX_BYTES) or sys.exit(0)
    if kind != _wire.INIT:
        raise _wire.ProtocolError(f"expected INIT, got frame {kind}")
    options = marshal.loads(body)
    # First of all: an import of the user's may never end.
    _die_with_the_host(options["host"])
    limit = options["maxMessageBytes"]
    _values.frames_as_arrow = options.get("arrow", False)
    channels = [_channel.Channel(4 + number, number) for number in range(options["threads"])]
    # Of the event loop, which begins when the host asks for it (see _loop).
    loop_socket = _channel.socket(fileno=4 + len(channels))
    holders = _stay_with_this_process([control_socket, *channels, loop_socket])
    control = Control(control_socket, list(channels), _end_process)
    free_threaded = not gil_enabled()
    gil_modules = _report_gil_switch(control) if free_threaded else []
    _output.install()
    instances = control.instances = Instances(options["safetyChecks"], lambda event: control.send(_wire.EVENT, event))
    if options.get("sensing"):
        from . import _sensing

        control.sensor = _sensing.Sensor()
    modules = []
    registry = _modules.Registry(modules, instances)

    def attempt(what, name, step, *args, request=request):
        """Runs one step of the start; a failure is told to the host, and ends the start."""
        try:
            return step(*args)
        except BaseException as error:
            failure = {"what": what, "name": name, "error": _errors.describe(error)}
            control.send(_wire.ANSWER | _wire.HAS_EXTENSIONS, {"failed": failure}, request)
            raise _StartFailed from None

    def initialise(what, request=request):
        name = options[what]
        if name is not None:
            attempt(what, name, lambda: registry.resolve(name)(), request=request)

    def run_channel(channel, ready, request=request):
        _channel.attach(channel)
        try:
            initialise("threadInitializer", request)
        except _StartFailed:
            return
        ready()
        _serve(_channel.serve, channel, registry, instances.abandon, control.sensor, limit, _end_process)

    try:
        for name in options["modules"]:
            modules.append(attempt("module", name, _modules.load, name))
        initialise("initializer")
    except _StartFailed:
        return

    def hello():
        return {
            "protocol": _wire.PROTOCOL_VERSION,
            "pid": os.getpid(),
            "version": "%d.%d.%d" % sys.version_info[:3],
            "gilEnabled": gil_enabled(),
            "gilModule": gil_modules[0] if gil_modules else None,
            "freeThreadedBuild": free_threaded or bool(gil_modules),
            "exports": {module.__name__: _modules.exports(module) for module in modules},
        }

    def start_loop():
        from ._loop import LoopChannel

        channel = LoopChannel(loop_socket, len(channels))
        holders.append(channel)
        control.add(channel)
        start_new_thread(_serve, (channel.serve, registry, limit, _end_process))

    control.start_loop = start_loop
    if options["profile"] == "process":
        if _modules.have_coroutines(modules):
            import threading  # noqa: F401  for asyncio; see below why here
        start_new_thread(_serve, (control.serve, limit))
        run_channel(channels[0], lambda: control.send(_wire.ANSWER, hello(), request))
        return

    import threading  # here, on the main thread: older versions take the importing thread for the main one

    def start_threads(new, request, answer):
        """Starts the threads of these channels; the host hears of it when every one has run its initialiser."""
        ready = _countdown(len(new), lambda: control.send(_wire.ANSWER, answer(), request))
        for channel in new:
            threading.Thread(target=run_channel, args=(channel, ready, request), daemon=True).start()

    # The other channels wait for the host to ask for more threads.
    started = options.get("threadsAtStart", len(channels))

    def grow(count, request):
        nonlocal started
        first, started = started, max(started, min(count, len(channels)))
        start_threads(channels[first:started], request, lambda: started)

    control.grow = grow
    start_threads(channels[:started], request, hello)
    _serve(control.serve, limit)


def _countdown(count, done):
    """A function that calls ``done`` when it has been called ``count`` times; at once when that is none."""
    left = [count]
    lock = allocate_lock()

    def ready():
        with lock:
            left[0] -= 1
            if left[0] != 0:
                return
        done()

    if count == 0:
        done()
    return ready


class _StartFailed(Exception):
    """A step of the start failed and the host was told."""

