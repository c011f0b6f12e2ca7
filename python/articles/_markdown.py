"""Markdown as an outline: sections with their paragraphs, lists and code, each with its line."""

import re

from ._text import tidy

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)")
_ITEM = re.compile(r"^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
_BADGE = re.compile(r"\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\)|\]\[[^\]]*\])?|\[?!\[[^\]]*\]\[[^\]]*\](?:\]\([^)]*\)|\]\[[^\]]*\])?")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s+\S+")
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\))?[^()\s<>]*)>?(?:\s+\"[^\"]*\")?\s*\)")


def without_markup(text):
    """Inline Markdown as text a reader sees: links by their words, no pictures, no tags. Code spans stay."""
    text = _BADGE.sub("", text)
    text = _LINK.sub(lambda match: match.group(1), text)
    text = re.sub(r"\[([^\[\]]+)\]\[[^\]]*\]", r"\1", text)
    pieces = re.split(r"(`+[^`]*`+)", text)
    for i in range(0, len(pieces), 2):
        pieces[i] = _TAG.sub("", pieces[i])
        pieces[i] = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", pieces[i])
        pieces[i] = re.sub(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_*])", lambda m: m.group(1) or m.group(2), pieces[i])
        pieces[i] = re.sub(r"\\([\\`*_{}\[\]()#+.!\"'|<>~-])", r"\1", pieces[i])
        pieces[i] = pieces[i].replace("**", "").replace("&nbsp;", " ").replace("&amp;", "&")
    return " ".join("".join(pieces).split())


def readable(texts):
    """Each text without its markup."""
    return [without_markup(text) for text in texts]


def links(text):
    """``[words, address]`` of every link to the web in a piece of Markdown."""
    return [[words, address] for words, address in _LINK.findall(text) if re.match(r"https?://", address)]


def outline(text):
    """``[{"level", "title", "line", "blocks": [{"kind", "text", "line", "language"}]}]``; kinds: text, item, code."""
    source = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text.replace("\r\n", "\n").replace("\r", "\n"))
    sections = [{"level": 0, "title": "", "line": 1, "blocks": []}]
    block = None
    fence = None
    for number, raw in enumerate(source.split("\n"), 1):
        blocks = sections[-1]["blocks"]
        if fence is not None:
            if raw.strip().startswith(fence) and not raw.strip().strip(fence[0]):
                fence = block = None
            else:
                block["text"] += raw.rstrip() + "\n"
            continue
        opened = _FENCE.match(raw)
        if opened:
            fence = opened.group(1)
            block = {"kind": "code", "text": "", "line": number, "language": opened.group(2).lower()}
            blocks.append(block)
            continue
        line = tidy(raw).rstrip() if raw.strip() else ""
        heading = _HEADING.match(line)
        if heading:
            block = None
            sections.append({"level": len(heading.group(1)), "title": heading.group(2), "line": number, "blocks": []})
            continue
        if re.match(r"^(=+|-{3,})$", line) and block is not None and block["kind"] == "text" and "\n" not in block["text"]:
            # A heading underlined, as in reStructuredText and old Markdown.
            blocks.pop()
            sections.append({"level": 1 if line[0] == "=" else 2, "title": block["text"], "line": block["line"], "blocks": []})
            block = None
            continue
        item = _ITEM.match(raw.rstrip())
        if not line or _REFERENCE.match(line) or re.match(r"^\s*([-*_]\s*){3,}$", line):
            block = None
        elif item and (len(item.group(1)) < 2 or block is None or block["kind"] != "item"):
            block = {"kind": "item", "text": item.group(2), "line": number, "language": ""}
            blocks.append(block)
        elif line.lstrip().startswith("|"):
            block = None
        elif block is not None:
            block["text"] += f"\n{(item.group(2) if item else line.strip())}"
        else:
            block = {"kind": "text", "text": line.strip(), "line": number, "language": ""}
            blocks.append(block)
    return sections
