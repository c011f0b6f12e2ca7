"""Writes the syntax tree of Python files as CPython's ``ast`` sees it, for comparison with ours.

Reads paths from standard input, one a line. For each path writes a line ``ok <characters> <path>`` or
``error <characters> <path>`` and then a text of that many characters: one line a node,
``depth kind start end detail``, parents first and children in the order of their start; or the error.

Offsets count bytes of the source in UTF-8 without a byte order mark. A node that has no position of its
own (``arguments``, ``comprehension``, ``withitem``, ``match_case``) spans its children, and does not
appear if it has none. ``detail`` holds what the node says beside its children.
"""

import ast
import json
import re
import struct
import sys
import threading
import tokenize
import warnings
import zlib

STACK_BYTES = 512 * 1024 * 1024
LINE_BREAK = re.compile(rb"\r\n|\r|\n")
NOT_DUMPED = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)


def checksum(units):
    return "%d:%d" % (len(units), zlib.crc32(units))


def constant_detail(value, raw, in_joined):
    if value is None or value is True or value is False:
        return str(value)
    if value is ...:
        return "Ellipsis"
    if isinstance(value, str):
        if in_joined or b"\\N" in raw:
            return "Str"
        return "Str " + checksum(value.encode("utf-16-le", "surrogatepass"))
    if isinstance(value, bytes):
        return "Bytes " + checksum(value.decode("latin-1").encode("utf-16-le"))
    if isinstance(value, int):
        return "Int %x" % value
    if isinstance(value, float):
        return "Float " + struct.pack("<d", value).hex()
    return "Complex " + struct.pack("<d", value.imag).hex()


def context_of(node):
    return type(node.ctx).__name__


def import_detail(node):
    return " lazy" if getattr(node, "is_lazy", 0) else ""


def slice_detail(node):
    return "".join("lus"[i] for i, part in enumerate((node.lower, node.upper, node.step)) if part)


def branches(node):
    return "%d/%d" % (len(node.body), len(node.orelse))


def try_detail(node):
    return "%s/%d" % (branches(node), len(node.finalbody))


def function_detail(node):
    return "%s %d/%s" % (node.name, len(node.body), "returns" if node.returns else "")


DETAILS = {
    "Name": lambda n: "%s %s" % (n.id, context_of(n)),
    "Attribute": lambda n: "%s %s" % (n.attr, context_of(n)),
    "Subscript": context_of,
    "Starred": context_of,
    "List": context_of,
    "Tuple": context_of,
    "FunctionDef": function_detail,
    "AsyncFunctionDef": function_detail,
    "ClassDef": lambda n: "%s %d" % (n.name, len(n.body)),
    "For": branches,
    "AsyncFor": branches,
    "While": branches,
    "If": branches,
    "Try": try_detail,
    "TryStar": try_detail,
    "With": lambda n: str(len(n.body)),
    "AsyncWith": lambda n: str(len(n.body)),
    "ExceptHandler": lambda n: "%s %d" % (n.name or "", len(n.body)),
    "match_case": lambda n: "%d %s" % (len(n.body), "guard" if n.guard else ""),
    "BinOp": lambda n: type(n.op).__name__,
    "UnaryOp": lambda n: type(n.op).__name__,
    "BoolOp": lambda n: type(n.op).__name__,
    "AugAssign": lambda n: type(n.op).__name__,
    "Compare": lambda n: " ".join(type(op).__name__ for op in n.ops),
    "AnnAssign": lambda n: str(n.simple),
    "Global": lambda n: " ".join(n.names),
    "Nonlocal": lambda n: " ".join(n.names),
    "Import": import_detail,
    "ImportFrom": lambda n: "%s %d%s" % (n.module or "", n.level, import_detail(n)),
    "alias": lambda n: "%s %s" % (n.name, n.asname or ""),
    "keyword": lambda n: n.arg or "",
    "comprehension": lambda n: str(n.is_async),
    "FormattedValue": lambda n: str(max(n.conversion, 0)),
    "Interpolation": lambda n: str(max(n.conversion, 0)),
    "Dict": lambda n: "".join("*" if key is None else "k" for key in n.keys),
    "DictComp": lambda n: "*" if n.value is None else "k",
    "Slice": slice_detail,
    "MatchSingleton": lambda n: str(n.value),
    "MatchStar": lambda n: n.name or "",
    "MatchAs": lambda n: n.name or "",
    "MatchMapping": lambda n: n.rest or "",
    "MatchClass": lambda n: " ".join(n.kwd_attrs),
    "TypeVar": lambda n: n.name,
    "ParamSpec": lambda n: n.name,
    "TypeVarTuple": lambda n: n.name,
}


class Dumper:
    def __init__(self, source):
        self.source = source
        self.line_starts = [0] + [match.end() for match in LINE_BREAK.finditer(source)]
        self.arguments = {}

    def dump(self, node, depth, in_joined=False):
        """The start, the end and the lines of a node and what is below it; None for nothing."""
        name = type(node).__name__
        children = []
        if name == "arguments":
            self.name_arguments(node)
        inside = name in ("JoinedStr", "TemplateStr")
        for field in node._fields:
            value = getattr(node, field, None)
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST) and not isinstance(child, NOT_DUMPED):
                    dumped = self.dump(child, depth + 1, inside)
                    if dumped is not None:
                        children.append(dumped)
        children.sort(key=lambda child: child[0])
        if name == "Module":
            start, end = 0, len(self.source)
        elif hasattr(node, "lineno"):
            start = self.line_starts[node.lineno - 1] + node.col_offset
            end = self.line_starts[node.end_lineno - 1] + node.end_col_offset
        elif children:
            start = children[0][0]
            end = max(child[1] for child in children)
        else:
            return None
        if name == "Constant":
            detail = constant_detail(node.value, self.source[start:end], in_joined)
        elif name == "arg":
            detail = self.arguments[node]
        else:
            detail = DETAILS[name](node) if name in DETAILS else ""
        lines = ["%d %s %d %d %s" % (depth, name, start, end, detail)]
        for child in children:
            lines.extend(child[2])
        return start, end, lines

    def name_arguments(self, node):
        groups = (
            ("posonly", node.posonlyargs),
            ("arg", node.args),
            ("vararg", [node.vararg]),
            ("kwonly", node.kwonlyargs),
            ("kwarg", [node.kwarg]),
        )
        for group, arguments in groups:
            for argument in arguments:
                if argument is not None:
                    self.arguments[argument] = "%s %s" % (argument.arg, group)


def utf8_source(raw):
    encoding, _ = tokenize.detect_encoding(iter(raw.splitlines(True)).__next__)
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:]
    return raw if encoding == "utf-8" else raw.decode(encoding).encode("utf-8")


def dump_file(path):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        tree = ast.parse(raw)
        lines = Dumper(utf8_source(raw)).dump(tree, 0)[2]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return "error", "%s: %s" % (type(error).__name__, error)
    return "ok", "\n".join(lines)


def main():
    warnings.simplefilter("ignore")
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        path = json.loads(line)
        status, text = dump_file(path)
        data = text.encode("utf-8", "surrogatepass")
        out.write(("%s %d %s\n" % (status, len(data), json.dumps(path))).encode())
        out.write(data)
        out.flush()


if __name__ == "__main__":
    sys.setrecursionlimit(10**6)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
