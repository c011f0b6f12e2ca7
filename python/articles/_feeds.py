"""RSS 2.0, RSS 1.0 and Atom, read with expat: strict about structure, and nothing a feed declares is expanded."""

import html
from email.utils import parsedate_to_datetime
from datetime import datetime, timezone
from xml.parsers import expat

from ._html import plain_text

MOST_ITEMS = 500
_ENTRY = {"item", "entry"}
# Local names, whatever the prefix: dc:creator, content:encoded, atom:link.
_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "id": "id",
    "pubDate": "date",
    "published": "date",
    "updated": "updated",
    "date": "date",
    "description": "summary",
    "summary": "summary",
    "encoded": "content",
    "content": "content",
    "creator": "author",
    "name": "author",
}


class FeedError(ValueError):
    """The text is no feed; the message says where it stops being one."""


class _Reader:
    def __init__(self):
        self.title = ""
        self.entries = []
        self.kind = None
        self._path = []
        self._entry = None
        self._text = None
        self._inline = 0

    def start(self, name, attributes):
        local = name.rpartition(":")[2]
        if self._inline:
            self._inline += 1
            self._text.append(f"<{local}>")
            return
        if self.kind is None:
            self.kind = local
            if local not in ("rss", "feed", "RDF"):
                raise FeedError(f"the document is <{local}>, not a feed (rss, feed, rdf)")
        self._path.append(local)
        if local in _ENTRY:
            self._entry = {}
        if local == "link" and self._entry is not None and "href" in attributes:
            if attributes.get("rel", "alternate") == "alternate":
                self._entry.setdefault("link", attributes["href"])
        self._text = []
        if attributes.get("type") == "xhtml":
            self._inline = 1

    def end(self, name):
        local = name.rpartition(":")[2]
        if self._inline > 1:
            self._inline -= 1
            self._text.append(f"</{local}>")
            return
        self._inline = 0
        self._path.pop()
        text = "".join(self._text or ()).strip()
        field = _FIELDS.get(local)
        if local in _ENTRY:
            if self._entry and len(self.entries) < MOST_ITEMS:
                self.entries.append(self._entry)
            self._entry = None
        elif self._entry is None:
            if local == "title" and not self.title and len(self._path) <= 2:
                self.title = text
        elif field and text and (field in ("summary", "content") or field not in self._entry):
            self._entry[field] = text
        self._text = []

    def data(self, data):
        if self._text is not None:
            self._text.append(html.escape(data, quote=False) if self._inline else data)

    def skipped(self, name, is_parameter):
        """HTML's own names such as &nbsp; are used without being declared."""
        if not is_parameter:
            self.data(html.unescape(f"&{name};"))


def _refuse(*_):
    raise FeedError("the document declares entities of its own, which no feed needs and attacks use")


def feed(text):
    """``{"title", "items": [{"id", "title", "link", "date", "author", "text"}]}`` of a feed.

    Raises FeedError for anything else. Dates are ISO 8601 in UTC or None.
    """
    # The text is decoded already; an encoding in its declaration no longer holds.
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        raise FeedError("the answer is empty")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.UseForeignDTD(True)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.SkippedEntityHandler = reader.skipped
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise FeedError(f"not XML: {error}") from None
    return {"title": plain_text(reader.title), "items": [_item(entry) for entry in reader.entries]}


def _item(entry):
    body = entry.get("content") or entry.get("summary") or ""
    return {
        "id": entry.get("id") or entry.get("link") or "",
        "title": " ".join(plain_text(entry.get("title", "")).split()),
        "link": entry.get("link", ""),
        "date": _date(entry.get("date") or entry.get("updated")),
        "author": plain_text(entry.get("author", "")),
        "text": plain_text(body),
    }


def _date(text):
    if not text:
        return None
    for read in (parsedate_to_datetime, lambda value: datetime.fromisoformat(value.replace("Z", "+00:00"))):
        try:
            date = read(text)
            if date.tzinfo is None:
                date = date.replace(tzinfo=timezone.utc)
            return date.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
