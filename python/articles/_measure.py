"""What can be said of a text without understanding it: language, length, how hard it reads, what it is about."""

import re
from collections import Counter

from ._markdown import without_markup
from ._text import is_wide, sentences, terms, words

# The commonest words of a language are in every text of it.
_LANGUAGES = {
    "en": "the of and to in is that for it with as was on are this be by from or an not you can have which".split(),
    "de": "der die und das ist nicht mit den von ein eine auf zu im auch sich werden wird des dem als bei".split(),
    "fr": "le la les des et est une dans que pour qui pas sur avec au ce sont par il plus du nous".split(),
    "es": "el la los las que y es en una por con para del se no un como más su al lo son".split(),
    "pt": "o os as que e do da em um uma para com não é por mais dos se na no ao são".split(),
    "it": "il di che la per un non una sono del con le della nel si gli dei da come più è".split(),
    "nl": "de het een van en is dat op te in voor niet met zijn er aan om ook als bij".split(),
    "pl": "i w nie na się z do to jest że jak po od przez dla są ze jego oraz".split(),
}
_SCRIPTS = [
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
]
_TECHNICAL = re.compile(
    r"\b(?:api|async|benchmark|bug|build|cache|cli|code|compiler|concurren\w*|config\w*|cpu|database|debug\w*|deploy\w*|framework|function"
    r"|gil|javascript|kernel|latency|library|linux|memory|module|network|node(?:\.js)?|npm|open[- ]source|parser?|performance|plugin|protocol"
    r"|python|query|regex\w*|release\w*|runtime|rust|schema|security|server|source|sql|syntax|test\w*|thread\w*|type(?:s|script)?|version\w*|wasm)\b",
    re.I,
)


def language_of(text):
    """ISO 639-1 code, ``und`` when it cannot be told."""
    letters = re.findall(r"[^\W\d_]", text)
    if not letters:
        return "und"
    for code, script in _SCRIPTS:
        # Japanese uses Chinese characters too, so a little kana decides.
        if len(script.findall(text)) > len(letters) * (0.1 if code == "ja" else 0.3):
            return code
    found = Counter(words(text))
    total = sum(found.values()) or 1
    scores = {code: sum(found[word] for word in common) / total for code, common in _LANGUAGES.items()}
    best = max(sorted(scores), key=scores.get)
    return best if scores[best] >= 0.06 else "und"


def _syllables(word):
    groups = re.findall(r"[aeiouy]+", word)
    count = len(groups)
    if word.endswith("e") and count > 1 and not word.endswith(("le", "ee")):
        count -= 1
    return max(1, count)


def reading_ease(prose):
    """Flesch's Reading Ease (1948), 0 to 100; None for a script it does not fit."""
    lines = sentences(prose)
    found = words(prose)
    if not lines or len(found) < 5 or is_wide(prose):
        return None
    ease = 206.835 - 1.015 * len(found) / len(lines) - 84.6 * sum(map(_syllables, found)) / len(found)
    return round(min(100.0, max(0.0, ease)), 1)


def measure(text, title="", points=0, age_days=None):
    """Language, counts, ease, topics and a score from 0 to 1 with its parts.

    ``points`` is what readers elsewhere gave it (votes, stars); ``age_days`` lowers the score of what is old.
    """
    code = sum(len(block) for block in re.findall(r"```.*?```", text, re.S))
    prose = without_markup(re.sub(r"```.*?```", " ", text, flags=re.S))
    found = words(prose)
    counts = Counter(terms(f"{title} {title} {prose}"))
    topics = [term for term, count in counts.most_common(24) if count > 1 and not re.match(r"^[\d.]+$", term)][:6]
    ease = reading_ease(prose)
    parts = {
        "length": min(1.0, len(found) / 250),
        "variety": min(1.0, len(set(found)) / (len(found) or 1) * 1.6) if len(found) > 20 else 0.2,
        "technical": min(1.0, len(_TECHNICAL.findall(f"{title} {prose}")) / (len(found) or 1) * 18),
        "readable": 0.6 if ease is None else max(0.0, 1 - abs(ease - 50) / 60),
        "code": min(1.0, code / 400) if code else 0.0,
        "points": min(1.0, points / 200) if points else 0.0,
        "fresh": 0.5 if age_days is None else max(0.0, 1 - max(0, age_days) / 90),
    }
    weights = {"length": 0.3, "variety": 0.1, "technical": 0.25, "readable": 0.1, "code": 0.05, "points": 0.1, "fresh": 0.1}
    return {
        "language": language_of(f"{title} {prose}"),
        "words": len(found),
        "ease": ease,
        "topics": topics,
        "score": round(sum(weights[name] * value for name, value in parts.items()), 4),
        "parts": {name: round(value, 3) for name, value in parts.items()},
    }
