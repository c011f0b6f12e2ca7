"""Imports one module in a fresh process and says what that did to the GIL: one line of JSON after a mark.

Run as ``python -B import_check.py NAME`` by ``src/interpreter/packages/import-check.ts``, without ``PYTHON_GIL`` and
``-X gil``, which would decide instead of the modules (PEP 703: a module without the ``Py_mod_gil`` slot switches the
GIL on). What the module prints goes to stderr. The slot itself is read from the module's definition, so that it is
known also of the modules that are loaded after the GIL came on, and on a build that always has it.
"""

import sys

# The folder of this file holds the worker's modules: none of them may stand in for one of the library.
sys.path[:1] = []

import json
import os
from importlib.machinery import ExtensionFileLoader

MARK = "nogil-import-check:"
PY_MOD_GIL = 4
PY_MOD_GIL_NOT_USED = 1
#: The layout of PyModuleDef that is read below is that of 3.13 and 3.14; PEP 793 replaces it in 3.15.
LAYOUT_KNOWN = (3, 13) <= sys.version_info[:2] <= (3, 14)

gil_enabled = getattr(sys, "_is_gil_enabled", lambda: True)


class Watch:
    """Sees each extension module being loaded, and which of them turned the GIL on."""

    def __init__(self):
        self.culprit = None
        self.chain = []
        self.loading = []
        self.create = ExtensionFileLoader.create_module
        self.execute = ExtensionFileLoader.exec_module
        watch = self

        def create_module(loader, spec):
            return watch.load(spec.name, lambda: watch.create(loader, spec))

        def exec_module(loader, module):
            return watch.load(module.__spec__.name, lambda: watch.execute(loader, module))

        ExtensionFileLoader.create_module = create_module
        ExtensionFileLoader.exec_module = exec_module

    def load(self, name, step):
        before = gil_enabled()
        self.loading.append(name)
        try:
            return step()
        finally:
            # While a module's init function runs the GIL is on for a moment in any case; what counts is afterwards.
            if self.culprit is None and not before and gil_enabled():
                self.culprit = name
                self.chain = import_chain(sys._getframe(1), name)
            self.loading.pop()


def import_chain(frame, last):
    """Who imported whom, from the outside in: the frames that execute a module's top level."""
    chain = [{"module": last, "file": None, "line": None}]
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if frame.f_code.co_name == "<module>" and name != "__main__":
            chain.append({"module": name, "file": frame.f_code.co_filename, "line": frame.f_lineno})
        frame = frame.f_back
    return chain[::-1]


def slot_reader():
    """A function from a module to what its definition says: "not-used", "used", "absent", "single-phase", None."""
    if not LAYOUT_KNOWN:
        return lambda module: None
    try:
        import ctypes
    except ImportError:
        return lambda module: None
    pointer = ctypes.sizeof(ctypes.c_void_p)
    get_def = ctypes.pythonapi.PyModule_GetDef
    get_def.restype, get_def.argtypes = ctypes.c_void_p, [ctypes.py_object]
    # PyModuleDef: the object's head, m_init, m_index, m_copy, m_name, m_doc, m_size, m_methods, m_slots.
    slots_offset = object.__basicsize__ + 7 * pointer

    class Slot(ctypes.Structure):
        _fields_ = [("slot", ctypes.c_int), ("value", ctypes.c_void_p)]

    def read(module):
        definition = get_def(module)
        if not definition:
            return None
        address = ctypes.c_void_p.from_address(definition + slots_offset).value
        if not address:
            return "single-phase"
        while True:
            entry = Slot.from_address(address)
            if entry.slot == 0:
                return "absent"
            if entry.slot == PY_MOD_GIL:
                return "not-used" if (entry.value or 0) == PY_MOD_GIL_NOT_USED else "used"
            address += ctypes.sizeof(Slot)

    return read


def loaded_extensions():
    """The extension modules in ``sys.modules`` that come from a file, the standard library's left out."""
    found = []
    for name, module in sorted(sys.modules.copy().items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        path = getattr(module, "__file__", None) or ""
        if isinstance(loader, ExtensionFileLoader) and os.sep + "lib-dynload" + os.sep not in path:
            found.append((name, module))
    return found


def main():
    name = sys.argv[1]
    answer_to = os.dup(1)
    os.dup2(2, 1)
    sys.argv = [name]
    at_start = [loaded for loaded, _ in loaded_extensions()]
    before = gil_enabled()
    watch = Watch()
    error = None
    try:
        __import__(name)
    except BaseException as raised:  # SystemExit too: a module that ends the process at import cannot be used
        error = "%s: %s" % (type(raised).__name__, raised)
    after = gil_enabled()
    read = slot_reader()
    answer = {
        "gilBefore": before,
        "gilAfter": after,
        "gilModule": watch.culprit,
        "chain": watch.chain,
        "extensions": [
            {"module": loaded, "slot": read(module), "atStart": loaded in at_start}
            for loaded, module in loaded_extensions()
        ],
        "error": error,
    }
    os.write(answer_to, ("\n" + MARK + json.dumps(answer) + "\n").encode())
    # Threads and exit handlers of the module are no concern of this check.
    os._exit(0)


main()
