"""Logging: logs through one handler, which formats and writes under its lock.

Expected without the GIL: the handler's lock and the shared records of the logging tree (lock-convoy or shared-object).
"""

import logging


class _Discard:
    def write(self, text):
        return len(text)

    def flush(self):
        pass


_LOGGER = logging.getLogger("nogil.workload")
_LOGGER.propagate = False
_LOGGER.setLevel(logging.INFO)
_handler = logging.StreamHandler(_Discard())
_handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
_LOGGER.addHandler(_handler)


def workload():
    for index in range(150):
        _LOGGER.info("request %d took %.1f ms", index, index / 7)
    return 150
