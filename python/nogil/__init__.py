"""What user code may import inside a worker. Plain functions need none of it."""

from ._task import cancelled, progress, thread_safe

__all__ = ["cancelled", "progress", "thread_safe"]
