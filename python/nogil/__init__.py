"""What user code may import inside a worker. Plain functions need none of it."""

from ._adapter import Adapter, thread_safe, tool
from ._channel import TaskCancelled
from ._instances import ThreadSafetyError
from ._task import cancelled, progress

__all__ = ["Adapter", "TaskCancelled", "ThreadSafetyError", "cancelled", "progress", "thread_safe", "tool"]
