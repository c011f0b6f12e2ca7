"""What the host starts. It only gets ``_worker`` going: a script is compiled at every start of Python, an imported
module is read from its ``.pyc``."""

import marshal
import os
import sys
from importlib.machinery import SourceFileLoader


def _load_code_through_marshal():
    """Gives every freshly compiled module the code that loading its ``.pyc`` would give.

    On 3.13t code compiled in this process keeps reference-counted constants, and two threads that use one constant
    run slower than one thread. Code that went through marshal does not.
    """
    compile_source = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, **options):
        return marshal.loads(marshal.dumps(compile_source(self, data, path, **options)))

    SourceFileLoader.source_to_code = source_to_code


_load_code_through_marshal()
# Started as a file, Python puts this folder first on the path, where our modules would shadow others. The package's
# parent takes its place, and goes to the end once our own modules are in.
_PACKAGE = os.path.dirname(os.path.abspath(__file__))
if sys.path[:1] == [_PACKAGE]:  # not so with PYTHONSAFEPATH
    del sys.path[0]
sys.path.insert(0, os.path.dirname(_PACKAGE))
from nogil import _worker  # noqa: E402

sys.path.append(sys.path.pop(0))

if __name__ == "__main__":
    _worker.main()
