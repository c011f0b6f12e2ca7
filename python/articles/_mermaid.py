"""Mermaid diagrams: drawn from data, and read back by a parser of the part of the language that is drawn.

The parser is stricter than Mermaid: what it takes, Mermaid takes.
"""

import re

MOST_NODES = 24
_NODE = r"[A-Za-z][A-Za-z0-9_]*"
_LABEL = r'\["(?:[^"\\<>`\n]|#quot;)+"\]'
_FLOW_NODE = re.compile(f"^({_NODE})({_LABEL})$")
_FLOW_EDGE = re.compile(f"^({_NODE}) --> ({_NODE})$")
_TIMELINE_ENTRY = re.compile(r"^([^:;#<>\"`\n]+) : ([^:;#<>\"`\n]+)((?: : [^:;#<>\"`\n]+)*)$")


def _label(text):
    return re.sub(r"[<>`\\\n]", "", str(text)).replace('"', "#quot;")[:60]


def _phrase(text, most=60):
    """Text for a timeline, where colons and semicolons mean something."""
    plain = re.sub(r'["`<>#\n]', "", str(text)).replace(":", " -").replace(";", ",")
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else plain[: most - 1].rsplit(" ", 1)[0] + "\u2026"


def dependency_graph(root, paths, marked=()):
    """A flowchart of ``paths``, lists of names from the project to a package; ``marked`` names get a thick border."""
    names = [root]
    edges = []
    for path in paths:
        chain = [root, *path]
        if len(set(names) | set(chain)) > MOST_NODES:
            continue
        for name in chain:
            if name not in names:
                names.append(name)
        edges += [pair for pair in zip(chain, chain[1:]) if pair not in edges]
    code = {name: f"n{i}" for i, name in enumerate(names)}
    lines = ["flowchart LR"]
    lines += [f'  {code[name]}["{_label(name)}"]' for name in names]
    lines += [f"  {code[a]} --> {code[b]}" for a, b in edges]
    chosen = [code[name] for name in names if name in set(marked)]
    if chosen:
        lines.append("  classDef marked stroke-width:3px")
        lines.append(f"  class {','.join(chosen)} marked")
    return "\n".join(lines)


def timeline(title, periods):
    """A timeline; ``periods``: ``[[name, [event, ...]], ...]``."""
    lines = ["timeline", f"  title {_phrase(title)}"]
    for name, events in periods:
        lines.append(f"  {_phrase(name, 20)} : {' : '.join(_phrase(event) for event in events)}")
    return "\n".join(lines)


def check_mermaid(source):
    """What is wrong with a diagram, None when nothing is."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    if not lines:
        return "empty"
    if re.match(r"^flowchart (?:LR|TD|TB|RL|BT)$", lines[0]):
        return _check_flowchart(lines[1:])
    if lines[0] == "timeline":
        return _check_timeline(lines[1:])
    return f"unknown kind of diagram: {lines[0][:40]}"


def _check_flowchart(lines):
    nodes = set()
    edges = 0
    classes = set()
    for number, line in enumerate(lines, 2):
        node, edge = _FLOW_NODE.match(line), _FLOW_EDGE.match(line)
        style = re.match(r"^classDef ([A-Za-z]\w*) [a-z-]+:[\w#.]+(?:,[a-z-]+:[\w#.]+)*$", line)
        use = re.match(r"^class ([\w,]+) ([A-Za-z]\w*)$", line)
        if node:
            if node.group(1) in nodes or node.group(1) == "end":
                return f"line {number}: node {node.group(1)} is defined twice or reserved"
            nodes.add(node.group(1))
        elif edge:
            edges += 1
            missing = [name for name in edge.groups() if name not in nodes]
            if missing:
                return f"line {number}: node {missing[0]} is not defined"
        elif style:
            classes.add(style.group(1))
        elif use:
            if use.group(2) not in classes or any(name not in nodes for name in use.group(1).split(",")):
                return f"line {number}: class or node is not defined"
        else:
            return f"line {number}: not understood: {line[:60]}"
    if len(nodes) < 2 or edges == 0:
        return "shows no connection"
    return None


def _check_timeline(lines):
    entries = 0
    for number, line in enumerate(lines, 2):
        if line.startswith("title ") and number == 2:
            continue
        if not _TIMELINE_ENTRY.match(line):
            return f"line {number}: not understood: {line[:60]}"
        entries += 1
    return None if entries >= 2 else "shows fewer than two periods"
