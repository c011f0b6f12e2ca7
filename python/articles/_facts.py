"""Whether what an article says stands in its sources: by the words, numbers and names of each sentence."""

import re

from ._markdown import outline, without_markup
from ._text import sentences, terms

SUPPORTED = 0.6
_EXACT = re.compile(r"`[^`]+`|\bCVE-\d{4}-\d+\b|\b\d+(?:\.\d+)+\b|\b\d{3,}\b|\b\d+(?:\.\d+)?\s?%")


def verify(body, sources):
    """``{"sentences", "supported", "doubtful": [{"text", "line", "missing"}]}``.

    A sentence is supported when one source holds at least 60 % of its telling words and every version, large number,
    percentage and piece of code in it. Sentences that tell nothing countable are not judged.
    """
    sets = [set(terms(text)) | {_stem(term) for term in terms(text)} for text in sources]
    everything = "\n".join(sources).lower()
    doubtful = []
    judged = 0
    for section in outline(body):
        for block in section["blocks"]:
            if block["kind"] == "code":
                continue
            # A footnote's text is a reference, no statement.
            text = without_markup(re.sub(r"\[\^[^\]]+\]:?", " ", block["text"]))
            for sentence in sentences(text):
                own = set(terms(sentence))
                if len(own) < 4:
                    continue
                judged += 1
                missing = [exact.strip("`") for exact in _EXACT.findall(sentence) if exact.strip("`").lower() not in everything]
                best = max((sum(term in known or _stem(term) in known for term in own) / len(own) for known in sets), default=0.0)
                if missing or best < SUPPORTED:
                    doubtful.append({"text": sentence, "line": block["line"], "missing": missing[:5]})
    return {"sentences": judged, "supported": judged - len(doubtful), "doubtful": doubtful}


def _stem(word):
    return re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word
