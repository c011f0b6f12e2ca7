"""What a docstring says: the description, and a sentence for each parameter.

Three styles are read: Google (``Args:`` and indented ``name (type): text``), NumPy (``Parameters`` underlined, ``name :
type`` and indented text) and Sphinx (``:param name: text``).
"""

import inspect
import re

_SECTION = re.compile(r"(Args|Arguments|Parameters|Params|Returns?|Raises|Yields?|Examples?|Notes?)\s*:?\s*$", re.IGNORECASE)
_PARAMETERS = ("args", "arguments", "parameters", "params")
_FIELD = re.compile(r":(\w+)\s*(?:[^:]*?\*{0,2}(\w+))?\s*:\s*(.*)$")
_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*(?::\s*(.*))?$")


def read(docstring):
    """``(description, {parameter: text})``."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    end = next((at for at, line in enumerate(lines) if _SECTION.match(line) or _FIELD.match(line)), len(lines))
    return "\n".join(lines[:end]).strip(), _parameters(lines[end:])


def _parameters(lines):
    texts = {}
    name, depth, is_section = None, None, False
    for line in lines:
        text = line.strip()
        field = _FIELD.match(line)
        if _SECTION.match(line):
            name, depth, is_section = None, None, text.rstrip(": ").lower() in _PARAMETERS
            continue
        if field:
            name, is_section = field[2] if field[1] == "param" else None, False
            text = field[3]
        elif is_section and text and set(text) != {"-"}:
            indent = len(line) - len(line.lstrip())
            depth = indent if depth is None else depth
            entry = _ENTRY.match(text) if indent == depth else None
            if entry:
                name = entry[1]
                text = (entry[2] or "") if indent else ""  # NumPy's style has the type there
        if name and text:
            texts[name] = f"{texts[name]} {text}" if name in texts else text
    return texts
