"""One call for each line of a file, in parallel; started again after a stop it goes on where it was:

    nogil map examples/batch/words.py:count_words examples/batch/texts.jsonl -o counts.jsonl
"""


def count_words(text):
    """The words of a text and how often each occurs."""
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
