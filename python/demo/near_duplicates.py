"""A CPU-bound job on real input: which files of this interpreter's own standard library are nearly the same?

Plain Python, by MinHash: the words of a file -> every run of five words -> 32 smallest hashes of those runs. The share
of equal hashes of two files estimates how much they have in common (Broder, "On the resemblance and containment of
documents", 1997).

Written well for threads: the texts are loaded once in each process and only read, every task takes files of its own,
and what its loops touch (hashes, seeds, lists) was made by the task itself. Without the GIL an object that several
threads use in a hot loop costs more than the work, because they take turns at its reference count.

The environment variable NOGIL_DEMO_CHARS says how much text to load (characters).
"""

import os
import sysconfig
from binascii import crc32
from re import compile as compile_pattern

HASHES = 32
WORDS_IN_A_RUN = 5
# Files that share this part of their hashes count as near-duplicates.
NEAR = 0.5
# Hashes compared at once to find candidates: 8 groups of 4.
GROUP = 4
# Shorter files hold little but imports and would all look alike.
SHORTEST = 2_000

_MASK = (1 << 32) - 1


def _load(limit):
    """(name, text) of source files until there are ``limit`` characters; the same in every process."""
    root = sysconfig.get_path("stdlib")
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in ("site-packages", "dist-packages", "__pycache__")]
        names += [os.path.relpath(os.path.join(folder, name), root) for name in files if name.endswith(".py")]
    # Character sets first, a family of which some members are much alike; then a mix of all folders.
    names.sort(key=lambda name: (not name.startswith("encodings"), crc32(name.encode()), name))
    texts = []
    left = limit
    for name in names:
        try:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError):  # the standard library's own tests hold broken files on purpose
            continue
        if SHORTEST <= len(text) <= left:
            texts.append((name, text))
            left -= len(text)
        if left < SHORTEST:
            break
    return texts


TEXTS = _load(int(os.environ.get("NOGIL_DEMO_CHARS", "1_000_000")))


def sizes():
    """Characters of each text."""
    return [len(text) for _, text in TEXTS]


def sketch(numbers):
    """``[number, words, hashes]`` for each of these texts."""
    seeds = _seeds()
    find_words = compile_pattern(r"\w+").findall
    return [[number, *_sketch(find_words(TEXTS[number][1]), seeds)] for number in numbers]


def _sketch(words, seeds):
    runs = {_hash(words[start : start + WORDS_IN_A_RUN]) for start in range(max(1, len(words) - WORDS_IN_A_RUN + 1))}
    return len(words), [min([(run * factor + term) & 0xFFFFFFFF for run in runs]) for factor, term in seeds]


def _hash(words):
    return crc32(" ".join(words).encode())


def _seeds():
    """Factors (odd) and terms of the hash functions: new objects for each task, the same numbers for all."""
    state = 1
    seeds = []
    for _ in range(HASHES):
        state = (state * 6364136223846793005 + 1442695040888963407) & ((1 << 64) - 1)
        seeds.append((state >> 32 | 1, state & _MASK))
    return seeds


def pairs(sketches):
    """``[share, name, name]`` of the texts that are nearly the same, the most alike first."""
    groups = {}
    for number, _, hashes in sketches:
        for start in range(0, HASHES, GROUP):
            groups.setdefault((start, *hashes[start : start + GROUP]), []).append(number)
    candidates = {(a, b) for group in groups.values() for a in group for b in group if a < b}
    hashes_of = {number: hashes for number, _, hashes in sketches}
    found = []
    for a, b in candidates:
        share = sum(x == y for x, y in zip(hashes_of[a], hashes_of[b])) / HASHES
        if share >= NEAR:
            found.append([share, *sorted((TEXTS[a][0], TEXTS[b][0]))])
    return sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))
