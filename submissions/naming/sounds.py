"""A word as it sounds, whoever wrote it down: one alphabet for Latin, Cyrillic and Arabic script.

All vowels are one letter, because every romanisation chooses others (Oleksandr, Aleksandr), and so
are consonants that romanisations exchange (h, g, kh, gh). Where a letter can be read in two ways a
word has two forms. Arabic leaves short vowels out: there a word has a form with and one without.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product

from submissions.naming.common import ALIKE

VOWEL = "a"
_SCRIPTS = ("latin", "cyrillic", "arabic")
MOST_FORMS = 64
# With fewer consonants, a sound is that of too many words; with two, it needs a capital letter.
_ENOUGH, _FEW = 3, 2
_DOUBLED = re.compile(r"(.)\1+")

# One letter each: j (dzh, zh), x (sh), c (ch, ts), h (h, g, kh, gh). Longest spellings first.
_LATIN: Mapping[str, Sequence[str]] = {
    "shch": "x", "szcz": "x", "tsch": "c", "dsch": "j",
    "dzh": "j", "tch": "c", "sch": "x",
    "sh": "x", "zh": "j", "dj": "j", "ch": "chx", "cz": "c", "ts": "c", "tz": "c", "kh": "h",
    "gh": "h", "th": "ts", "dh": "dz", "ph": "f", "ck": "k", "qu": "k",
    "a": "a", "b": "b", "c": "kc", "d": "d", "e": "a", "f": "f", "g": "h", "h": "h", "i": "a",
    "j": "ja", "k": "k", "l": "l", "m": "m", "n": "n", "o": "a", "p": "p", "q": "k", "r": "r",
    "s": "s", "t": "t", "u": "a", "v": "v", "w": "va", "x": ["ks"], "y": "a", "z": "z",
}  # fmt: skip
_CYRILLIC: Mapping[str, Sequence[str]] = {
    "дж": "j",
    **dict.fromkeys("аеёиоуыэюяіїєйјәөүұ", "a"),
    "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "ж": "j", "з": "z", "к": "k", "л": "l",
    "м": "m", "н": "n", "п": "p", "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "ш": "x", "щ": "x", "ъ": [""], "ь": [""], "ў": "va", "ђ": "jd", "ћ": "c", "џ": "j",
    "љ": ["l", "la"], "њ": ["n", "na"], "ѓ": "j", "ќ": "c", "ѕ": "z", "қ": "k", "ғ": "h",
    "ң": "n", "һ": "h",
}  # fmt: skip
_ARABIC: Mapping[str, Sequence[str]] = {
    **dict.fromkeys("اعيے", "a"),
    **dict.fromkeys("حخهغگھہ", "h"), "ك": "k", **dict.fromkeys("سص", "s"),
    **dict.fromkeys("تطٹ", "t"), **dict.fromkeys("دڈ", "d"), **dict.fromkeys("رڑ", "r"),
    **dict.fromkeys("نں", "n"), **dict.fromkeys("ذظض", "zd"),
    "ب": "b", "پ": "p", "ث": "ts", "ج": "jh", "چ": "c", "ز": "z", "ژ": "j", "ش": "x", "ف": "f",
    "ڤ": "v", "ق": "kh", "ل": "l", "م": "m", "و": "va",
}  # fmt: skip
# With their marks, where these change the sound; without them a word is read as well.
_MARKED = str.maketrans(
    {"š": "sh", "ş": "sh", "ś": "sh", "ș": "sh", "č": "ch", "ć": "ch", "ç": "ch", "ž": "zh",
     "ź": "zh", "ż": "zh", "đ": "dj", "ț": "ts", "ţ": "ts", "ğ": "y", "ǧ": "j", "ø": "oe"}
)  # fmt: skip
_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
     "ə": "a", "ħ": "h", "ŋ": "n"}
)  # fmt: skip
_ALEFS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
     "ک": "ك", "ء": "", "ـ": ""}
)  # fmt: skip
# Endings of cases, the longest first; a name may end so of itself, and then it is kept both ways.
_CYRILLIC_ENDINGS = re.compile(
    r"(?:ому|ого|ові|еві|єві|ами|ями|ою|ею|єю|ой|ей|ом|ем|єм|им|ым|ім|ий|ый|ій|ая|яя|ую|юю|ої"
    r"|[аяуюоеєиыіїйь])$"
)
_LATIN_ENDINGS = re.compile(r"(?:ovi|evi|oho|ogo|omu|emu|oju|oyu|ama|om|em|im|ym|oj|oy|[aeiouy])$")
_STEM = 3  # letters that an ending leaves at least
_ARTICLE = re.compile(r"^ال(?=...)|^(?:al|el)(?=....)")
_PROCLITICS = re.compile(r"^(?:[وف]?[بلك]?ال|[وف]?لل|[وف][بلك]|[وفبلك])(?=...)")
_ABD = re.compile(r"^(?:عبدال|abd[aeu][lrnstdz]+)(?=...)")


def script_of(word: str) -> str:
    """One of `_SCRIPTS`, by the first letter; empty for any other script."""
    name = unicodedata.name(word[:1], "").casefold()
    return next((one for one in _SCRIPTS if name.startswith(one)), "")


def kept_as(word: str) -> set[str]:
    """Under which forms a word of a name is kept."""
    script = script_of(word)
    spelled = {f"={one}" for one in _spelled(word, script)}
    heard = _heard(word, script, _FEW)
    # What is written in Arabic is looked for in other scripts by its sound, in its own by letters.
    if script == "arabic":
        return spelled | {f"~{one}" for one in heard}
    return spelled | {f"~{one}" for one in heard} | {f"?{one}" for one in heard}


def looked_for_as(word: str) -> set[str]:
    """Under which forms a word of a text is looked for: one of those a name is kept under."""
    script = script_of(word)
    if script != "arabic":
        least = _FEW if word[:1].isupper() else _ENOUGH
        spelled, heard = _spelled(word, script), _heard(word, script, least)
        return {f"={form}" for form in spelled} | {f"~{form}" for form in heard}
    # With an article or a preposition before it, a short word is hardly ever a name.
    name = _PROCLITICS.sub("", word)
    spelled = _spelled(word, script) | _spelled(name, script)
    heard = _heard(word, script, _FEW if name == word else _ENOUGH)
    heard |= _heard(name, script, _ENOUGH)
    return {f"={form}" for form in spelled} | {f"?{form}" for form in heard}


def _spelled(word: str, script: str) -> set[str]:
    """Its letters without marks; and without an article, or an ending."""
    if script == "arabic":
        letters = {_letters(word), _ARTICLE.sub("", _letters(word))}
        stems = {word}
    else:
        endings = _CYRILLIC_ENDINGS if script == "cyrillic" else _LATIN_ENDINGS
        stems = _stems(word.casefold(), endings)
        letters = {_without_marks(one) for one in stems}
    return (letters | {ALIKE[one] for one in letters | stems if one in ALIKE}) - {""}


def _heard(word: str, script: str, least: int) -> set[str]:
    """Its sounds, if they have enough consonants; with and without an ending."""
    word = word.casefold()
    if script == "arabic":
        bare = _letters(word)
        readings = {_ARTICLE.sub("", bare), _ABD.sub("", bare)}
        found = {form for one in readings for form in _arabic(one)}
    elif script == "cyrillic":
        found = {form for one in _stems(word, _CYRILLIC_ENDINGS) for form in _read(one, _CYRILLIC)}
    elif script == "latin":
        plain = {_without_marks(word), _without_marks(word.translate(_MARKED))}
        readings = plain | {_ARTICLE.sub("", one) for one in plain}
        readings |= {_ABD.sub("", one) for one in plain}
        stems = {stem for one in readings for stem in _stems(one, _LATIN_ENDINGS)}
        found = {form for one in stems for form in _read(one, _LATIN)}
    else:
        return set()
    return {form for form in found if sum(c != VOWEL for c in form) >= least}


def _letters(word: str) -> str:
    """Arabic letters by their bodies, without vowel signs."""
    plain = unicodedata.normalize("NFC", word).translate(_ALEFS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _without_marks(word: str) -> str:
    composed = unicodedata.normalize("NFC", word).translate(_PLAIN)
    return "".join(
        c
        for c in unicodedata.normalize("NFD", composed)
        # The marks of й and ї make other letters of them; of them only the sound is compared.
        if not unicodedata.combining(c)
    )


def _stems(word: str, endings: re.Pattern[str]) -> set[str]:
    """The word, and what is left without an ending."""
    stem = endings.sub("", word)
    return {word, stem} if len(stem) >= _STEM else {word}


def _read(word: str, letters: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """All readings of a word whose vowels are written."""
    readings: list[Sequence[str]] = []
    place = 0
    while place < len(word):
        spelling = next((s for n in (4, 3, 2, 1) if (s := word[place : place + n]) in letters), "")
        if spelling:
            found = letters[spelling]
            # Sarah, Fatimah: the last letter is a vowel's sign as often as a sound.
            readings.append([*found, ""] if spelling == word[place:] == "h" else found)
        place += len(spelling) or 1
    return {_settled(one) for one in _joined(readings)}


def _arabic(word: str) -> Iterable[str]:
    """All readings of a word whose short vowels are not written.

    No word begins with two consonants, and no three stand together.
    """
    readings = [_ARABIC[c] for c in word if c in _ARABIC]
    if readings and word[-1:] in "هہ":
        readings[-1] = ["h", ""]
    if word[:1] == "و" and readings:
        readings[0] = "v"
    found = set()
    for one in _joined(readings):
        found |= _voiced(one)
        if len(found) >= MOST_FORMS:
            break
    return sorted(found)[:MOST_FORMS]


def _voiced(sounds: str) -> set[str]:
    """With short vowels where there may be some."""
    found = {sounds[:1]}
    for before, sound in pairwise(sounds):
        grown = set()
        for form in found:
            if VOWEL in (before, sound):
                grown.add(form + sound)
                continue
            grown.add(form + VOWEL + sound)
            if len(form) > 1 and form[-2] == VOWEL:
                grown.add(form + sound)
        found = set(sorted(grown)[:MOST_FORMS])
    return {_settled(form) for form in found}


def _settled(form: str) -> str:
    """No sound twice; a vowel before the last of two consonants; none at the end."""
    form = _DOUBLED.sub(r"\1", form)
    if len(form) > 2 and form[-1] in "lmnr" and VOWEL not in form[-2:]:
        form = form[:-1] + VOWEL + form[-1]
    return form[:-1] if len(form) > 1 and form[-1] == VOWEL else form


def _joined(readings: Sequence[Sequence[str]]) -> Iterable[str]:
    """Every way to read them one after another, as far as there are not too many."""
    number, capped = 1, []
    for one in readings:
        few = one if number * len(one) <= MOST_FORMS else one[:1]
        number *= len(few)
        capped.append(few)
    return ("".join(sounds) for sounds in product(*capped))
