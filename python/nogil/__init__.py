"""What user code may import inside a worker. Plain functions need none of it."""

from ._adapter import Adapter, thread_safe, tool
from ._channel import TaskCancelled
from ._instances import ThreadSafetyError
from ._task import cancelled, progress

__all__ = ["Adapter", "TaskCancelled", "ThreadSafetyError", "cancelled", "progress", "thread_safe", "tool"]


def __getattr__(name):
    # Modules of their own that most workers never need.
    if name in ("host", "llm"):
        import importlib

        return importlib.import_module(f"nogil.{name}")
    raise AttributeError(f"module 'nogil' has no attribute {name!r}")
