"""Functions of the host that came as arguments of a call: callables that live as long as that call."""

from . import host

# Under this name the host finds such a function by its number.
CALL = "nogil:function"


class HostFunction:
    """Calls a function of the host: waits for its result, and in ``async def`` gives it to ``await``.

    Raises HostError for what it throws, CallEnded once the call that brought it here has ended.
    """

    __slots__ = ("_number",)

    def __init__(self, number):
        self._number = number

    def __call__(self, /, *args, **keywords):
        return host.call(CALL, self._number, *args, **keywords)

    def __eq__(self, other):
        return self._number == other._number if type(other) is HostFunction else NotImplemented

    def __hash__(self):
        return hash((HostFunction, self._number))

    def __repr__(self):
        return f"<function {self._number} of the host>"
