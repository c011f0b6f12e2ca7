"""Changelogs in the forms people write them: Keep a Changelog, release-please, auto-changelog, plain prose.

The result is what a reader of an article wants to know, so what only concerns the package's own workshop (its tests,
its linters, its version bumps) is left out.
"""

import re

from ._markdown import links, outline, without_markup

MOST_RELEASES = 400
LONGEST_ENTRY = 400

_VERSION = re.compile(r"^(?:(?:changes in|[a-z@][\w./-]*)[ @]\s*)?\[?v?(\d+\.\d+(?:\.\d+)*(?:[-.+]?(?:alpha|beta|rc|pre|next|dev|a|b)[\w.-]*)?)\]?(?=$|[\s(:,\u2013\u2014/-])", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_WORDS = re.compile(r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})\b", re.IGNORECASE)

# The first that fits decides.
_SECTIONS = [
    ("breaking", re.compile(r"breaking|incompatib|migration", re.I)),
    ("security", re.compile(r"securit|vulnerab", re.I)),
    ("removed", re.compile(r"remov", re.I)),
    ("deprecated", re.compile(r"deprecat", re.I)),
    ("fixed", re.compile(r"fix|bug|patch", re.I)),
    ("performance", re.compile(r"perf", re.I)),
    ("added", re.compile(r"added|add$|new|feature|feat", re.I)),
    ("changed", re.compile(r"chang|improv|enhanc|updat|minor|refactor", re.I)),
]
_TAGS = [
    ("breaking", re.compile(r"^\[?breaking", re.I)),
    ("added", re.compile(r"^\[(?:new|feat\w*)\]|^feat(?:\([^)]*\))?!?:", re.I)),
    ("fixed", re.compile(r"^\[(?:fix|bug\w*|robustness)\]|^fix(?:\([^)]*\))?!?:|^fixed:", re.I)),
    ("performance", re.compile(r"^\[perf\w*\]|^perf(?:\([^)]*\))?:", re.I)),
    ("removed", re.compile(r"^removed:", re.I)),
    ("added", re.compile(r"^added:", re.I)),
    ("changed", re.compile(r"^changed:|^\[types\]", re.I)),
]
_TAG = re.compile(r"^(?:\[(?:new|feat\w*|fix|bug\w*|robustness|breaking\w*|perf\w*|types)\]\s*|(?:feat|fix|perf|fixed|removed|added|changed)(?:\([^)]*\))?!?:\s*)+", re.I)
_WORKSHOP = re.compile(
    r"^\[(?:deps|dev[ -]?deps|meta|tests?|actions|readme|docs?|eslint|ci|refactor|dev|fix typo)\]|^merge\b|^(?:chore|ci|docs|test|style|build|refactor)(?:\([^)]*\))?:"
    r"|^v?\d+\.\d+(?:\.\d+)?\W*$|\b(?:eslint|lockfiles?|travis|codecov|github actions?|funding\.yml|npmignore|nyc|changelog|aud|jscs|dev ?deps?|test coverage|linting|fundable)\b"
    r"|^(?:bump|update|updating|upgrade)(?:d|s)?\s+(?:version|readme|dependenc|travis|tape|package|`)|^(?:initial|first) commit|\btypo\b|^readme\b|^tests?\b|^clean up|^add(?:ed|s)? (?:some )?(?:more )?tests?\b|^all `?grunt|^(?:docs|example|package|whitespace|version)\b"
    r"|^no (?:notable |user-facing )?changes|^contributors:?|\bshared config\b|\b(?:ci|jest|mocha)\b|^maintenance release",
    re.I,
)
_COMMIT = r"\[?`?\b(?=[a-f]*\d)[0-9a-f]{7,40}\b`?\]?(?:\([^)\s]*\))?"
_HASH = re.compile(rf"\s*(?:\({_COMMIT}\)|{_COMMIT})")
_THANKS = re.compile(r"\s*\(?(?:(?:many |special )?thanks\b.*$|see (?:PR|issue|also)s?\b.*$|by @\S+\)?|closes?:?\s+#\d+.*$)", re.I)
_NUMBER = re.compile(r"\s*[\[(]*`?#\d*`?[\])]*(?=[\s.,;:)]|$)")


def _date(text):
    found = _ISO.search(text)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _WORDS.search(text)
        if not found:
            return None
        day = int(found.group(1) or found.group(3) or 1)
        month, year = _MONTHS[found.group(2).lower()], int(found.group(4))
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 and 1990 <= year <= 2100 else None


def _section(title):
    if re.match(r"^(?:commits|miscellaneous|chores?|internal|tests?|documentation|docs|merged)\b", title, re.I):
        return "commit"
    for kind, pattern in _SECTIONS:
        if pattern.search(title):
            return kind
    return "other"


def _entry(raw, section, line):
    if "\n\n" in raw:
        raw = raw.split("\n\n")[0]
    where = [address for _, address in links(raw) if re.search(r"/(?:issues?|pull|pulls|commit|merge_requests|-/issues)/", address)]
    text = without_markup(_HASH.sub("", raw))
    text = _NUMBER.sub("", _THANKS.sub("", text)).strip(" -:;,*")
    text = re.sub(r"\.{2}$", ".", text)
    kind = section
    for name, pattern in _TAGS:
        if pattern.match(text):
            kind = name
            break
    is_workshop = _WORKSHOP.search(text) is not None
    text = _TAG.sub("", text).strip()
    text = re.sub(r"^(breaking(?: change)?)\s*:\s*", "", text, flags=re.I)
    if len(text) < 8 or len(text.split()) < 2 or is_workshop or not re.search(r"[^\W\d_]{3}", text):
        return None
    if text.endswith(":") or re.search(r"[\[\]{}|]{2}|\]\(", text):
        return None
    if len(text) > LONGEST_ENTRY:
        text = text[: LONGEST_ENTRY].rsplit(" ", 1)[0] + " \u2026"
    text = text[0].upper() + text[1:] if text[0].isalpha() and not re.match(r"^[a-z]+[A-Z(._]|^[a-z]+-[a-z]+\b(?= )", text) else text
    if kind == "other" and re.match(r"^(?:remove|drop)\b", text, re.I):
        kind = "removed"
    if not re.search(r"\btests?\b", text, re.I) and re.search(r"\bCVE-\d{4}-\d+|\bvulnerabilit|\bprototype pollution|\bReDoS\b|catastrophic backtracking|\bsecurity\b", text, re.I):
        kind = "security"
    if kind == "commit":
        # A list of commits is for the package's own people, but for what they marked as more.
        return None
    return {"kind": kind, "text": text, "line": line, "url": where[0] if where else None}


def _key(text):
    return re.sub(r"\W+", " ", text.lower()).strip()


def changelog(text):
    """``[{"version", "date", "line", "endLine", "url", "entries": [{"kind", "text", "line", "url"}]}]``, newest first.

    Kinds: breaking, security, removed, deprecated, added, fixed, performance, changed, other.
    """
    releases = []
    section = "other"
    release = None
    level = 0
    sections = outline(text)
    total = text.count("\n") + 1
    for index, part in enumerate(sections):
        title = without_markup(part["title"])
        found = _VERSION.match(title)
        end = sections[index + 1]["line"] - 1 if index + 1 < len(sections) else total
        if found and part["level"]:
            release = {"version": found.group(1), "date": _date(title), "line": part["line"], "endLine": end, "url": None, "entries": []}
            where = links(part["title"])
            release["url"] = where[0][1] if where else None
            releases.append(release)
            section = "other"
            level = part["level"]
        elif release is None:
            continue
        elif part["level"] and part["level"] <= level and not found and _section(title) == "other" and part["level"] < level:
            release = None
            continue
        elif re.match(r"^unreleased\b", title, re.I):
            release = None
            continue
        elif part["level"]:
            section = _section(title)
            release["endLine"] = end
        for block in part["blocks"]:
            if block["kind"] == "code":
                continue
            if release["date"] is None and block["kind"] == "text":
                release["date"] = _date(block["text"][:40])
            entry = _entry(block["text"], section, block["line"])
            if entry is not None and all(_key(entry["text"]) != _key(other["text"]) for other in release["entries"]):
                release["entries"].append(entry)
    # Files that list the oldest first exist.
    dated = [release for release in releases if release["date"]]
    if len(dated) > 1 and dated[0]["date"] < dated[-1]["date"]:
        releases.sort(key=lambda each: each["date"] or "", reverse=True)
    merged = {}
    for release in releases[:MOST_RELEASES]:
        if re.search(r"(?:alpha|beta|rc|pre|next|dev)", release["version"], re.I):
            continue
        known = merged.setdefault((release["version"], release["date"]), release)
        if known is not release:
            known["entries"] += release["entries"]
            known["endLine"] = max(known["endLine"], release["endLine"])
    return list(merged.values())
