"""The sentences of some texts that say most: TextRank with a penalty for saying the same twice.

Mihalcea and Tarau, "TextRank: Bringing Order into Texts" (2004); Carbonell and Goldstein, "The use of MMR" (1998).
"""

import re
from operator import mul

from ._markdown import outline, without_markup
from ._similar import cosine, vectors
from ._text import is_wide, sentences, words

_DAMPING = 0.85
_ROUNDS = 40
# Enough for any article, and the work grows with the square.
MOST_SENTENCES = 400
_CHATTER = re.compile(
    r"^(?:click|subscribe|follow|share|sign up|read more|photo|image|advertis|cookie|copyright|all rights|comments?\b|posted|via\b|hi\b|hello\b|thanks?\b|welcome\b)"
    r"|\b(?:newsletter|sponsor(?:ed|s)?|patreon|discord|twitter|follow (?:me|us)|join (?:us|our)|cookies?)\b|https?://",
    re.I,
)
_DANGLING = re.compile(r"^(?:but|and|or|so|this|that|these|those|it|they|he|she|also|however|then|here|there|instead|again|yes|no|such)\b", re.I)


def _candidates(number, text):
    found = []
    for section in outline(text):
        for block in section["blocks"]:
            if block["kind"] == "code":
                continue
            for sentence in sentences(without_markup(block["text"])):
                length = len(words(sentence))
                shortest = 8 if is_wide(sentence) else 6
                if not shortest <= length <= 60 or _CHATTER.search(sentence) or sentence.endswith((":", "?")):
                    continue
                if re.search(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d)\]]*$", sentence) is None:
                    continue
                found.append({"text": sentence, "source": number, "line": block["line"]})
    return found


def rank(texts, most=12, title=""):
    """``[{"text", "source", "line", "weight"}]``: the best sentences, in the order in which they stand in the texts."""
    pools = [_candidates(number, text) for number, text in enumerate(texts)]
    share = max(12, MOST_SENTENCES // max(1, len(pools)))
    found = [dict(sentence, position=i) for pool in pools for i, sentence in enumerate(pool[:share])]
    if not found:
        return []
    *weights, heading = vectors([sentence["text"] for sentence in found] + [title or "-"])
    size = len(found)
    links = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i):
            links[i][j] = links[j][i] = cosine(weights[i], weights[j])
    sums = [sum(row) or 1.0 for row in links]
    scores = [1.0 / size] * size
    for _ in range(_ROUNDS):
        shares = [score / total for score, total in zip(scores, sums)]
        scores = [(1 - _DAMPING) / size + _DAMPING * sum(map(mul, row, shares)) for row in links]
    top = max(scores)
    for i, sentence in enumerate(found):
        score = scores[i] / top
        # What stands first in a text is usually what it says.
        score *= 1 + 0.6 / (1 + sentence["position"])
        score += 0.5 * cosine(weights[i], heading)
        if _DANGLING.match(sentence["text"]):
            score *= 0.6
        sentence["weight"] = score
    chosen = []
    left = set(range(size))
    while left and len(chosen) < most:
        best = max(left, key=lambda i: (found[i]["weight"] - 0.9 * max((links[i][j] for j in chosen), default=0.0), -i))
        left.discard(best)
        if all(links[best][j] < 0.8 for j in chosen):
            chosen.append(best)
    return [
        {"text": found[i]["text"], "source": found[i]["source"], "line": found[i]["line"], "weight": round(found[i]["weight"], 4)}
        for i in sorted(chosen)
    ]
