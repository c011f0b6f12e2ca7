"""Whether what an article says stands in its sources: by the words, numbers and names of each sentence."""

import re

from ._markdown import outline, without_markup
from ._text import sentences, terms

SUPPORTED = 0.6
_MARK = re.compile(r"\[\^(\d+)\]")
_EXACT = re.compile(r"`[^`]+`|\bCVE-\d{4}-\d+\b|\b\d+(?:\.\d+)+\b|\b\d{3,}\b|\b\d+(?:\.\d+)?\s?%")


def verify(body, sources, only_cited=False):
    """``{"sentences", "supported", "doubtful": [{"text", "line", "missing"}]}``.

    A sentence is supported when the sources it cites (any one source, if it cites none) hold at least 60 % of its
    telling words, and every version, large number, percentage and piece of code in it. ``sources``: texts, the first
    cited as ``[^1]``. ``only_cited``: judge only sentences that cite something. Sentences that tell nothing countable
    are not judged.
    """
    sets = [_known(text) for text in sources]
    everything = "\n".join(sources).lower()
    doubtful = []
    judged = 0
    for section in outline(body):
        for block in section["blocks"]:
            if block["kind"] == "code":
                continue
            # The mark of a source stands behind the full stop; before it, it stays with its sentence.
            text = re.sub(r"([.!?\u2026\u3002])((?:\[\^\d+\])+)", r"\2\1", block["text"])
            for sentence in sentences(without_markup(text)):
                cited = [int(mark) - 1 for mark in _MARK.findall(sentence)]
                sentence = _MARK.sub("", sentence).strip()
                own = set(terms(sentence))
                if len(own) < 4 or (only_cited and not cited):
                    continue
                judged += 1
                known = [sets[number] for number in cited if number < len(sets)]
                pools = [set().union(*known)] if known else sets
                missing = [exact.strip("`") for exact in _EXACT.findall(sentence) if exact.strip("`").lower() not in everything]
                best = max((sum(term in pool or _stem(term) in pool for term in own) / len(own) for pool in pools), default=0.0)
                if missing or best < SUPPORTED:
                    doubtful.append({"text": sentence, "line": block["line"], "missing": missing[:5]})
    return {"sentences": judged, "supported": judged - len(doubtful), "doubtful": doubtful}


def _known(text):
    found = terms(text)
    return set(found) | {_stem(term) for term in found}


def _stem(word):
    return re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word
