"""The words, numbers and addresses of a text, each with its place and the forms it is compared by."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from submissions.naming.common import COMMON, JOINING, PARTICLES
from submissions.naming.sounds import kept_as, looked_for_as

_SHORTEST = 3  # letters; with fewer, a word is no sign of anybody
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670"
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069"
_LETTER = rf"(?:[^\W\d_][{_MARKS}{_UNSEEN}]*)"
_WORD = re.compile(rf"{_LETTER}+(?:['’ʼ`´]{_LETTER}+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_LEFT_OUT = re.compile(rf"['’ʼ`´{_UNSEEN}]")
# AminaHassan.mp4
_INNER = re.compile(r"[^\W\d_](?:(?<![a-zа-я])[^\W\d_]|[^\W\d_A-ZА-Я])+")
_BETWEEN = (" ", "-", "\u00a0")
_SENTENCE_ENDS = '.!?…:;•–—"“”«»()\n'
_ADDRESS = re.compile(r"[^\s@<>,;()]+@[^\s@<>,;()]+\.[^\s@<>,;()]*\w")
_NUMBER = re.compile(r"\d(?:[\s\-./()]{0,3}\d)+")
_PURE = re.compile(r"\d{5,}")
_FEWEST_DIGITS = 5
_OF_A_PHONE = 8  # the last ones: what stands before them is written in many ways


@dataclass(frozen=True)
class Candidate:
    """A piece of a text that may be somebody's name, number or address; `forms` to look for."""

    start: int
    end: int
    forms: frozenset[str]


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    letters: str


def forms_to_keep(names: Iterable[str], others: str = "") -> set[str]:
    """Of names in any script, and of the numbers and addresses in another text."""
    found = {form for one in _numbers(others) for form in one.forms}
    for name in names:
        for word in _words(name):
            if len(word.letters) >= _SHORTEST and word.letters.casefold() not in PARTICLES:
                found |= kept_as(word.letters)
    return found


def candidates(text: str) -> Iterator[Candidate]:
    """What to look for in a text. Common words are left out, unless they are written as names."""
    yield from _numbers(text)
    for word in _words(text):
        if len(word.letters) < _SHORTEST:
            continue
        if word.letters.casefold() in COMMON and not _stands_as_name(word, text):
            continue
        yield Candidate(word.start, word.end, frozenset(looked_for_as(word.letters)))


def _words(text: str) -> Iterator[_Word]:
    """Each word; the parts of one that is written together; two that make up one name."""
    found = [_word(match) for match in _WORD.finditer(text)]
    yield from found
    for word in found:
        parts = [_word(part) for part in _INNER.finditer(text, word.start, word.end)]
        if len(parts) > 1:
            yield from parts
    for one, other in pairwise(found):
        between = text[one.end : other.start]
        joins = one.letters.casefold() in JOINING and len(other.letters) >= _SHORTEST
        if joins and between in _BETWEEN:
            yield _Word(one.start, other.end, one.letters + other.letters)


def _word(match: re.Match[str]) -> _Word:
    written = _POSSESSIVE.sub("", match[0])
    letters = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", written))
    return _Word(match.start(), match.start() + len(written), letters)


def _stands_as_name(word: _Word, text: str) -> bool:
    """With a capital, and not because a sentence begins."""
    before = text[: word.start].rstrip(" \u00a0")[-1:]
    return word.letters[:1].isupper() and before not in _SENTENCE_ENDS and before != ""


def _numbers(text: str) -> Iterator[Candidate]:
    for match in _ADDRESS.finditer(text):
        address = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", match[0])).casefold()
        yield Candidate(*match.span(), frozenset([f"@{address}"]))
    for pattern in (_NUMBER, _PURE):
        for match in pattern.finditer(text):
            digits = "".join(str(unicodedata.digit(c)) for c in match[0] if c.isdigit())
            if len(digits) >= _FEWEST_DIGITS:
                forms = {f"#{digits}"}
                if len(digits) >= _OF_A_PHONE:
                    forms.add(f"+{digits[-_OF_A_PHONE:]}")
                yield Candidate(*match.span(), frozenset(forms))
