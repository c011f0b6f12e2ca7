"""Words and sentences of a text in any script."""

import re
import unicodedata

# Scripts written without spaces: each character counts as a word.
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WORD = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\\W_]+(?:['\u2019.-][^\\W_]+)*", re.UNICODE)
_END = re.compile("(?<=[.!?\u2026])[\"'\u2019\u201d)\\]]*\\s+(?=[\"'\u2018\u201c(\\[`*_]*[^\\W\\d_a-z])|(?<=[\u3002\uff01\uff1f])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Mr|Mrs|Ms|Dr|St|No|Fig|approx|resp|Inc|Ltd)|\b[A-Z])\.$")
_CODE = re.compile(r"`[^`\n]+`")
_HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b\u2028\u2029\ufeff]")

STOP_WORDS = frozenset(
    """a about above after again all also an and any are as at be because been before being below between both but by
    can cannot could did do does doing done down during each few for from further get gets had has have having he her
    here hers him his how i if in into is it its itself just like made make makes may me might more most must my no nor
    not now of off on once one only or other our out over own per same she should so some such than that the their them
    then there these they this those through to too under until up use used uses using very via was we were what when
    where which while who whom why will with within without would you your""".split()
)


def tidy(text):
    """One form of every character, no control characters, no runs of blanks; line ends are kept."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _HIDDEN.sub("", text).replace("\u00a0", " ")
    return re.sub(r"[ \t]+", " ", text)


def words(text):
    """Lower-case words; every ideograph or kana is one."""
    return [word.lower() for word in _WORD.findall(text)]


def is_wide(text):
    """Whether most of its letters belong to scripts without spaces."""
    return len(_WIDE.findall(text)) * 2 > len(re.sub(r"\s", "", text))


def sentences(text):
    """Sentences of prose. Code spans and abbreviations do not end one."""
    spans = []

    def hide(match):
        spans.append(match.group())
        return f"`{len(spans) - 1}`"

    hidden = _CODE.sub(hide, " ".join(text.split()))
    found = []
    for part in _END.split(hidden):
        if part is None or not part.strip():
            continue
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part.strip()}"
        else:
            found.append(part.strip())
    return [re.sub(r"`(\d+)`", lambda match: spans[int(match.group(1))], part) for part in found]


def terms(text):
    """Words that say what a text is about."""
    return [word for word in words(text) if word not in STOP_WORDS and (len(word) > 2 or _WIDE.match(word)) and not word.isdigit()]
