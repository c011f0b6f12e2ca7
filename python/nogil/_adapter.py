"""Classes whose one instance serves a worker: declarations, locks, thread-local storage, counts."""

from _thread import RLock, _local


def thread_safe(target):
    """Declares that a class, or one method, may be used by several threads at once.

    Calls of anything else on the worker's instance exclude one another.
    """
    target.__nogil_thread_safe__ = True
    return target


def tool(function=None, *, description=None):
    """Marks a function as a tool that a language model may call.

    description: what it does, for the model; the docstring where it is not given.
    """

    def mark(function):
        function.__nogil_tool__ = {"description": description or (function.__doc__ or "").strip()}
        return function

    return mark if function is None else mark(function)


class Adapter:
    """Base for a class with one instance per worker, shared by its threads.

    Not needed for that (any class will do), but it brings ``lock()``, ``local`` and ``stats()``. A subclass need not
    call ``super().__init__()``.
    """

    def __new__(cls, *args, **kwargs):
        adapter = super().__new__(cls)
        adapter.__dict__["_nogil_lock"] = RLock()
        adapter.__dict__["_nogil_local"] = _local()
        adapter.__dict__["_nogil_counts"] = Counts()
        return adapter

    def lock(self):
        """The instance's lock, for ``with self.lock():``. A thread may take it again while it has it."""
        return self._nogil_lock

    @property
    def local(self):
        """Storage of which every thread has its own."""
        return self._nogil_local

    def stats(self):
        """``{method: {"calls": number, "errors": number, "seconds": wall seconds in all}}`` of this worker."""
        return self._nogil_counts.totals()


class Counts:
    """Counts calls without a lock: every thread has its own table, and totals add them up."""

    def __init__(self):
        self._local = _local()
        self._tables = []

    def add(self, method, seconds, failed):
        table = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = {}
            self._tables.append(table)
        row = table.get(method)
        if row is None:
            row = table[method] = [0, 0, 0.0]
        row[0] += 1
        row[1] += failed
        row[2] += seconds

    def totals(self):
        totals = {}
        for table in list(self._tables):
            for method, (calls, errors, seconds) in list(table.items()):
                row = totals.setdefault(method, {"calls": 0, "errors": 0, "seconds": 0.0})
                row["calls"] += calls
                row["errors"] += errors
                row["seconds"] += seconds
        return totals
