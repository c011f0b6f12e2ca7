"""HTML to Markdown-like text: what a reader sees, without scripts, styles and tracking pictures."""

import re
from html.parser import HTMLParser

from ._text import tidy

_SILENT = {"script", "style", "noscript", "template", "svg", "iframe", "object", "head", "form", "button", "nav", "math"}
_BLOCK = {"p", "div", "section", "article", "header", "footer", "ul", "ol", "table", "tr", "blockquote", "figure", "hr", "dl", "dt", "dd"}
_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts = []
        self.silent = []
        self.links = []
        self.pre = 0

    def handle_starttag(self, tag, attrs):
        if tag in _SILENT:
            self.silent.append(tag)
        if self.silent:
            return
        if tag in _HEADINGS:
            self.parts.append(f"\n\n{_HEADINGS[tag]}")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "pre":
            self.pre += 1
            self.parts.append("\n\n```\n")
        elif tag == "code" and not self.pre:
            self.parts.append("`")
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in _BLOCK:
            self.parts.append("\n\n")

    def handle_endtag(self, tag):
        if self.silent:
            if tag in self.silent:
                while self.silent.pop() != tag:
                    pass
            return
        if tag == "pre" and self.pre:
            self.pre -= 1
            self.parts.append("\n```\n\n")
        elif tag == "code" and not self.pre:
            self.parts.append("`")
        elif tag == "a" and self.links:
            href, start = self.links.pop()
            text = "".join(self.parts[start:]).strip()
            if re.match(r"https?://", href) and text and "\n" not in text and "[" not in text:
                self.parts[start:] = [f"[{text}]({href.split()[0]})"]
        elif tag in _HEADINGS or tag in _BLOCK:
            self.parts.append("\n\n")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data if self.pre else re.sub(r"\s+", " ", data))


def plain_text(html):
    """The text of a page or a fragment, with headings, lists, code and links as Markdown."""
    if "<" not in html and "&" not in html:
        return tidy(html).strip()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    # What stands between tags that nobody closed is still text, but never markup.
    text = tidy("".join(reader.parts)).replace("<", "&lt;")
    return re.sub(r"\n[ \n]*\n", "\n\n", text).strip()
