"""Near-duplicates by MinHash and groups by shared terms.

A text becomes the set of its runs of three words; of each of 64 hash functions the smallest value over that set is
kept. The share of equal values of two texts estimates how much of them is the same (Broder, "On the resemblance and
containment of documents", 1997).
"""

import math
from binascii import crc32
from collections import Counter

from ._text import terms, words

try:
    import numpy
except ImportError:
    numpy = None

HASHES = 64
WORDS_IN_A_RUN = 3
# Hashes compared at once to find candidates: 16 bands of 4 find a pair that shares half with 64 %, one of 0.8 surely.
BAND = 4
_MASK = 0xFFFFFFFF


def _seeds():
    state = 1
    seeds = []
    for _ in range(HASHES):
        state = (state * 6364136223846793005 + 1442695040888963407) & ((1 << 64) - 1)
        seeds.append((state >> 32 | 1, state & _MASK))
    return seeds


def sketch(text):
    """The 64 smallest hashes of a text; empty for a text without words."""
    found = words(text)
    if not found:
        return []
    runs = sorted({crc32(" ".join(found[i : i + WORDS_IN_A_RUN]).encode()) for i in range(max(1, len(found) - WORDS_IN_A_RUN + 1))})
    if numpy is not None:
        values = numpy.array(runs, dtype=numpy.uint64)
        return [int(((values * numpy.uint64(factor) + numpy.uint64(term)) & numpy.uint64(_MASK)).min()) for factor, term in _seeds()]
    return [min([(run * factor + term) & _MASK for run in runs]) for factor, term in _seeds()]


def _resemblance(a, b):
    return sum(x == y for x, y in zip(a, b)) / HASHES


def duplicates(sketches, near=0.7):
    """``[[later, earlier, share]]``: positions of texts that are nearly the same as one before them."""
    bands = {}
    found = []
    for number, hashes in enumerate(sketches):
        if not hashes:
            continue
        candidates = set()
        for start in range(0, HASHES, BAND):
            band = bands.setdefault((start, *hashes[start : start + BAND]), [])
            candidates.update(band)
            band.append(number)
        best = max(((_resemblance(hashes, sketches[other]), -other) for other in candidates), default=None)
        if best is not None and best[0] >= near:
            found.append([number, -best[1], best[0]])
    return found


def vectors(texts):
    """Terms of each text with their weights (tf-idf, length 1)."""
    counts = [Counter(terms(text)) for text in texts]
    documents = Counter(term for count in counts for term in count)
    result = []
    for count in counts:
        weights = {term: (1 + math.log(n)) * math.log((1 + len(texts)) / documents[term]) for term, n in count.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        result.append({term: weight / length for term, weight in weights.items()})
    return result


def cosine(a, b):
    """Similarity of two vectors of length 1."""
    if len(b) < len(a):
        a, b = b, a
    return sum(weight * b[term] for term, weight in a.items() if term in b)


def groups(texts, threshold=0.22):
    """Positions of texts that tell one story, largest group first: average-link clustering on tf-idf."""
    weights = vectors(texts)
    members = [[i] for i in range(len(texts))]
    close = {(i, j): cosine(weights[i], weights[j]) for i in range(len(texts)) for j in range(i)}

    def link(a, b):
        return sum(close[max(i, j), min(i, j)] for i in a for j in b) / (len(a) * len(b))

    while len(members) > 1:
        score, a, b = max((link(members[a], members[b]), -a, -b) for a in range(len(members)) for b in range(a))
        if score < threshold:
            break
        members[-b] = sorted(members[-b] + members[-a])
        del members[-a]
    return sorted(members, key=lambda group: (-len(group), group))
