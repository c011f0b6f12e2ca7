"""What could be written about: one package, a family of packages, a theme that runs through many, a guide, a cluster
of posts. A story names its members and scores itself; choosing is not done here.
"""

import math
import re
from datetime import date

from ._similar import groups

WINDOW_DAYS = 3 * 366
LEAST_RELEASES = 6
_WEIGHTS = {"breaking": 5.0, "security": 5.0, "removed": 4.0, "deprecated": 3.5, "added": 3.0, "performance": 2.5, "fixed": 2.0, "changed": 2.0, "other": 0.7}
_THEMES = [
    ("security", re.compile(r"CVE-\d{4}-\d+|vulnerabilit|prototype pollution|\bReDoS\b|__proto__|isConstructorOrProto|catastrophic backtracking", re.I)),
    ("types", re.compile(r"\btype(?:script)? (?:definitions?|declarations?|errors?)\b|\b(?:TypeScript|d\.ts|typings|jsdoc types?)\b|\badd types\b", re.I)),
    ("node-versions", re.compile(r"\bnode(?:\.?js)?\s*(?:v|version |versions |>=|<=?|\^)?\s*\d+|\b(?:drop|require|support)\w*\s+(?:support for\s+)?node\b|\bengines\b", re.I)),
    ("language-features", re.compile(r"\bES20\d\d\b|\bECMAScript\b|\bUnicode \d+|\bES modules?\b|\bESM\b", re.I)),
]


def _age(text, now):
    try:
        return (now - date(*(int(part) for part in text[:10].split("-")))).days
    except (TypeError, ValueError):
        return None


def weight(entry, age):
    """How much an entry of a changelog matters to somebody who depends on the package."""
    text = entry["text"]
    value = _WEIGHTS[entry["kind"]]
    if "`" in text:
        value *= 1.2
    if not 25 <= len(text) <= 260:
        value *= 0.7
    return value * (0.5 ** (max(0, age) / 730) if age is not None else 0.3)


def recent(package, now):
    """Positions of the releases an article about the package is about: three years, and six of them at least."""
    found = []
    for i, release in enumerate(package["releases"]):
        age = _age(release["date"], now)
        if i < LEAST_RELEASES or (age is not None and age <= WINDOW_DAYS):
            found.append(i)
    return found


def _picks(package, now, positions, test=None):
    picks = []
    for i in positions:
        release = package["releases"][i]
        age = _age(release["date"], now)
        for j, entry in enumerate(release["entries"]):
            if test is None or test(entry):
                picks.append({"item": package["id"], "release": i, "entry": j, "weight": round(weight(entry, age), 4)})
    return picks


def _score(picks, direct, size=1):
    total = sum(sorted((pick["weight"] for pick in picks), reverse=True)[:25])
    return round(min(1.0, 0.25 + 0.2 * math.log1p(total) + (0.1 if direct else 0.0) + 0.03 * min(3, size - 1)), 4)


def package_stories(packages, today):
    """Stories of installed packages.

    ``packages``: ``{"id", "name", "version", "direct", "repository", "releases"}``, releases as ``changelog`` gives
    them. ``today``: ISO date. A story is ``{"id", "form", "theme", "members", "picks", "score"}``.
    """
    now = date(*(int(part) for part in today.split("-")))
    stories = []
    families = {}
    for package in packages:
        positions = recent(package, now)
        picks = _picks(package, now, positions)
        telling = [pick for pick in picks if package["releases"][pick["release"]]["entries"][pick["entry"]]["kind"] != "other"]
        families.setdefault(_family(package), []).append((package, telling))
        newest = min((age for age in (_age(release["date"], now) for release in package["releases"][:3]) if age is not None), default=None)
        if len(telling) >= 5 and newest is not None and newest <= WINDOW_DAYS:
            stories.append(_story(f"package:{package['name']}", "general", None, [package], telling, package["direct"]))
    for key, members in families.items():
        telling = [member for member in members if len(member[1]) >= 2]
        picks = [pick for _, own in telling for pick in own]
        if key and len(telling) >= 2 and len(picks) >= 8:
            stories.append(_story(f"family:{key}", "integrative", "family", [package for package, _ in telling], picks, any(package["direct"] for package, _ in telling)))
    for theme, pattern in _THEMES:
        members, picks = [], []
        for package in packages:
            # A hole that was closed ten years ago is still a reason not to go back.
            positions = range(len(package["releases"])) if theme == "security" else recent(package, now)
            own = _picks(package, now, positions, lambda entry: pattern.search(entry["text"]))
            if own:
                members.append(package)
                picks += own
        if len(members) >= 2 and len(picks) >= 4:
            stories.append(_story(f"theme:{theme}", "integrative", theme, members, picks, any(package["direct"] for package in members)))
    return sorted(stories, key=lambda story: (-story["score"], story["id"]))


def _family(package):
    name = re.sub(r"^@", "", package["name"])
    stem = re.split(r"[-/]", name)[0]
    owner = re.search(r"[:/]([\w.-]+)/[\w.-]+?(?:\.git)?/?$", package["repository"] or "")
    return f"{owner.group(1).lower()}-{stem}" if owner and len(stem) > 3 else ""


def _story(identity, form, theme, members, picks, direct):
    return {
        "id": identity,
        "form": form,
        "theme": theme,
        "members": [member["id"] for member in members],
        "picks": picks,
        "score": _score(picks, direct, len(members)),
    }


def post_stories(posts):
    """Stories of posts: ``{"id", "title", "text", "score", "steps"}``, steps being the parts of
    a how-to that show code. Posts about one thing become one story."""
    stories = []
    for group in groups([f"{post['title']} {post['title']} {post['title']} {post['text'][:4000]}" for post in posts]):
        members = [posts[i] for i in group]
        members.sort(key=lambda post: (-post["score"], post["id"]))
        form = "integrative" if len(members) > 1 else "how-to" if members[0]["steps"] else "general"
        score = min(1.0, members[0]["score"] + 0.05 * min(4, len(members) - 1) + (0.03 * min(5, members[0]["steps"]) if form == "how-to" else 0.0))
        stories.append({"id": f"post:{members[0]['id']}", "form": form, "theme": None, "members": [post["id"] for post in members], "picks": [], "score": round(score, 4)})
    return sorted(stories, key=lambda story: (-story["score"], story["id"]))
