"""Runs one function on N threads and measures it, on orders of ``src/profiler/runner.ts``.

Orders are JSON lines on descriptor 3, answers on descriptor 4: ``load`` the target, call it ``once``, ``measure`` a
window with N threads. The end of the orders ends the process.
"""

import marshal
import os
import sys
from importlib.machinery import SourceFileLoader


def _load_code_through_marshal():
    """As worker.py does: on 3.13t code compiled in this process keeps reference-counted constants, which would make
    two threads slower than one and be measured as the user's own contention. It holds for the measuring loop too.
    """
    compile_source = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, **options):
        return marshal.loads(marshal.dumps(compile_source(self, data, path, **options)))

    SourceFileLoader.source_to_code = source_to_code


_PACKAGE = os.path.dirname(os.path.abspath(__file__))
sys.path[0] = os.path.dirname(_PACKAGE)
_load_code_through_marshal()
from nogil._profile_orders import serve  # noqa: E402

sys.path.append(sys.path.pop(0))
serve()
