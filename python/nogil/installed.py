"""Lists the extension modules installed for the Python that runs it: one line of JSON after a mark.

Run by ``src/interpreter/packages/installed.ts``. Only files are read, nothing is imported. Each extension file belongs
to the *package* that is imported to reach it: the outermost folder with an ``__init__.py``, or the extension itself.
"""

import sys

# The folder of this file holds the worker's modules: none of them may stand in for one of the library.
sys.path[:1] = []

import json
import os
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import distributions

MARK = "nogil-installed:"
FREE_THREADING = "Programming Language :: Python :: Free Threading"


def search_path():
    """Folders of ``sys.path`` that hold installed packages: all but the standard library's own."""
    own = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    own |= {os.path.join(folder, "lib-dynload") for folder in list(own)}
    seen = []
    for entry in sys.path:
        folder = os.path.realpath(entry or ".")
        if os.path.isdir(folder) and folder not in own and folder not in seen:
            seen.append(folder)
    return seen


def module_name(file_name):
    """``_speedups`` for ``_speedups.cpython-313t-x86_64-linux-gnu.so``, None for a library that is no module."""
    for suffix in EXTENSION_SUFFIXES:
        if file_name.endswith(suffix):
            stem = file_name[: -len(suffix)]
            return stem if stem.isidentifier() else None
    return None


def extension_files(folder, parents=()):
    """Yields (dotted parts, path, parts of the module to import) for each extension below ``folder``."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = module_name(entry.name)
        if name is not None and entry.is_file():
            yield parents + (name,), entry.path
        elif entry.name.isidentifier() and entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
            if not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                yield from extension_files(entry.path, parents + (entry.name,))


def package_of(root, parts):
    """What is imported to reach a module: a namespace folder imports nothing, so it does not count."""
    for depth in range(1, len(parts)):
        if os.path.exists(os.path.join(root, *parts[:depth], "__init__.py")):
            return ".".join(parts[:depth])
    return ".".join(parts)


def owners():
    """Maps each installed file to its distribution; and describes the distributions, by name."""
    by_file, described = {}, {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if not name or name in described:
            continue
        wheel = distribution.read_text("WHEEL") or ""
        described[name] = {
            "distribution": name,
            "version": distribution.version,
            "wheelTags": [line[4:].strip() for line in wheel.splitlines() if line.startswith("Tag:")],
            "classifiers": [
                text for text in distribution.metadata.get_all("Classifier") or [] if text.startswith(FREE_THREADING)
            ],
        }
        for file in distribution.files or ():
            if module_name(file.name) is not None:
                by_file[os.path.realpath(str(distribution.locate_file(file)))] = name
    return by_file, described


def main():
    by_file, described = owners()
    found = {}
    for root in search_path():
        for parts, path in extension_files(root):
            name = package_of(root, parts)
            package = found.setdefault(name, {"module": name, "extensions": [], "owner": None})
            module = ".".join(parts)
            if module not in package["extensions"]:
                package["extensions"].append(module)
            package["owner"] = package["owner"] or by_file.get(os.path.realpath(path))
    nobody = {"distribution": None, "version": None, "wheelTags": [], "classifiers": []}
    packages = []
    for package in found.values():
        owner = described.get(package.pop("owner"), nobody)
        packages.append({**package, **owner})
    owned = {package["distribution"] for package in packages}
    pure = sorted(name for name in described if name not in owned)
    sys.stdout.write("\n" + MARK + json.dumps({"packages": packages, "pure": pure}) + "\n")


main()
