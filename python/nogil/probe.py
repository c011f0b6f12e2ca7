"""Says what is true of the Python that runs it: one line of JSON after a mark, on standard output.

Run as ``python -E -B probe.py`` by ``src/interpreter/probe.ts``, once per executable. It must parse and run
on Python 2.7 too, so that an old Python is reported as too old instead of as broken. It leaves the
environment's ``PYTHON*`` variables out (``-E``), because ``PYTHON_GIL=0`` ends a GIL build at its start.
"""

import sys

# The folder of this file holds the worker's modules: none of them may stand in for one of the library.
sys.path[:1] = []

import json
import os
import sysconfig

MARK = "nogil-probe:"


def abi_tag(implementation, free_threaded):
    if implementation != "cpython":
        return sysconfig.get_config_var("SOABI") or implementation
    return "cp%d%d%s%s" % (
        sys.version_info[0],
        sys.version_info[1],
        "t" if free_threaded else "",
        "d" if hasattr(sys, "gettotalrefcount") else "",
    )


def version_text():
    text = "%d.%d.%d" % sys.version_info[:3]
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info[3])
    return text if stage is None else "%s%s%d" % (text, stage, sys.version_info[4])


def shared_library():
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return None
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY")
    folders = [sysconfig.get_config_var("LIBDIR"), os.path.join(base_prefix(), "lib")]
    for folder in folders:
        if folder and name and os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    return name


def base_prefix():
    return getattr(sys, "base_prefix", sys.prefix)


def main():
    free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED") in (1, "1")
    implementation = getattr(getattr(sys, "implementation", None), "name", "cpython")
    facts = {
        "version": version_text(),
        "implementation": implementation,
        "freeThreadedBuild": free_threaded,
        "gilEnabled": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "abi": abi_tag(implementation, free_threaded),
        "executable": sys.executable or None,
        "prefix": sys.prefix,
        "basePrefix": base_prefix(),
        "libpython": shared_library(),
    }
    sys.stdout.write("\n" + MARK + json.dumps(facts) + "\n")
    sys.stdout.flush()


main()
