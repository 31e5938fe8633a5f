"""Names that slip into a text: shown before it is saved, with the choice to write the code instead.

Only tokens are compared. Nothing is opened and no identity is read, so there is nothing to record;
what is found is said to nobody but whoever typed it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from custody.keys import tokenizer
from impna.templatetags.portal import name as shown
from impna.widgets import RadioSelect
from submissions.models import NameToken, Submission
from submissions.naming.common import PARTICLES
from submissions.naming.words import candidates

KEEP = "keep"
# The name of a question's field, with or without the prefix of its form.
NAMED = re.compile(r"(^|-)named-[0-9a-f]{12}$")
_PIECE = re.compile(r"[^\W_]+")
_SHORT = 3  # letters: what is shorter stands between the parts of a name
_APART = re.compile(r"[.,;:!?\n]")


@dataclass(frozen=True)
class Found:
    """A place in a text, and whose name may stand there, by code."""

    start: int
    end: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Suggestion:
    """For the name of a file: the words that may name somebody, whom, and the name with codes."""

    words: str
    codes: str
    instead: str


class KnownNames:
    """The names that are kept of one submission's people, as tokens; read once, when first asked."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission

    def found(self, text: str) -> list[Found]:
        """Where a text may name somebody, in its order; the words of one name are one place."""
        if not text or not self._codes:
            return []
        token = tokenizer(self._submission.compartment).token
        hits: list[Found] = []
        for one in candidates(text):
            codes = [self._codes.get(token(form), ()) for form in one.forms]
            if named := frozenset(code for some in codes for code in some):
                hits.append(Found(one.start, one.end, named))
        return _joined(hits, text)

    def suggest(self, text: str) -> Suggestion | None:
        """How to write a line without naming anybody; None when it names nobody."""
        found = self.found(text)
        if not found:
            return None
        instead = text
        for one in reversed(found):
            instead = instead[: one.start] + "-".join(sorted(one.codes)) + instead[one.end :]
        return Suggestion(
            words=", ".join(dict.fromkeys(text[one.start : one.end] for one in found)),
            codes=", ".join(sorted({code for one in found for code in one.codes})),
            instead=instead,
        )

    @cached_property
    def _codes(self) -> dict[bytes, set[str]]:
        kept = NameToken.objects.filter(
            identity__person__submission=self._submission, identity__ended_at__isnull=True
        )
        found: dict[bytes, set[str]] = {}
        for token, code in kept.values_list("token", "identity__person__code"):
            found.setdefault(bytes(token), set()).add(code)
        return found


class NameCheckedForm(forms.Form):
    """A form whose words are looked through for names when it is sent.

    Each word that may name somebody becomes a question of the form, before all others: write the
    code instead, or keep the word. Until all are answered the form is not valid, and nothing that
    was typed is lost.
    """

    def __init__(self, *args: Any, names: KnownNames, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = names
        self._asked: list[str] = []

    @property
    def asked_names(self) -> list[forms.BoundField]:
        """The questions, for pages that show their fields one by one."""
        return [self[name] for name in self._asked]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, after clean()
        said: dict[str, _Question] = {}
        texts = {
            name: self.cleaned_data[name]
            for name, field in self.fields.items()
            if isinstance(field, forms.CharField) and _is_text(self.cleaned_data.get(name))
        }
        places = {name: [self._names.found(t) for t in _texts(v)] for name, v in texts.items()}
        for name, found in places.items():
            for text, some in zip(_texts(texts[name]), found, strict=True):
                for one in some:
                    question = said.setdefault(_key(text, one), _Question(text, one))
                    question.add(self.fields[name].label, one)
        if not said:
            return
        answers = self._ask(said)
        for name, found in places.items():
            written = [
                _rewritten(text, some, answers)
                for text, some in zip(_texts(texts[name]), found, strict=True)
            ]
            self.cleaned_data[name] = written if isinstance(texts[name], list) else written[0]

    def _ask(self, said: dict[str, "_Question"]) -> dict[str, str]:
        """Put the questions, and give the answers that came with the form."""
        saved = [self.get_initial_for_field(field, name) for name, field in self.fields.items()]
        before = " ".join(text for value in saved for text in _texts(value)).casefold()
        asked: dict[str, forms.Field] = {key: one.field() for key, one in said.items()}
        self._asked = list(asked)
        self.fields = {**asked, **self.fields}
        answers: dict[str, str] = {}
        for key, one in said.items():
            answer = self.data.get(self.add_prefix(key), "")
            if answer in {KEEP, *one.codes}:
                answers[key] = answer
                continue
            self.add_error(key, _("Choose what stands here."))
            if one.words.casefold() in before:  # it stands in what is saved already
                sent: Any = self.data
                sent = sent.copy()
                sent[self.add_prefix(key)] = KEEP
                self.data = sent
        return answers


class _Question:
    """One word or name, wherever it stands in the form."""

    def __init__(self, text: str, found: Found) -> None:
        self.words = text[found.start : found.end]
        self.codes: set[str] = set()
        self._labels: dict[str, None] = {}

    def add(self, label: Any, found: Found) -> None:
        """It stands in this field as well."""
        self.codes |= found.codes
        self._labels[str(label)] = None

    def field(self) -> forms.ChoiceField:
        codes = sorted(self.codes)
        label = (
            _("“{words}” looks like the name of {person}")
            if any(c.isalpha() for c in self.words) and "@" not in self.words
            else _("“{words}” looks like a number or address of {person}")
        )
        return forms.ChoiceField(
            label=format_html(label, words=shown(self.words), person=_(" or ").join(codes)),
            help_text=_("It stands in: %(fields)s") % {"fields": ", ".join(self._labels)},
            choices=[
                *((code, _("Write %(person)s instead") % {"person": code}) for code in codes),
                (KEEP, _("Keep it: it names nobody, or must stay")),
            ],
            widget=RadioSelect(),
        )


def _key(text: str, found: Found) -> str:
    words = " ".join(text[found.start : found.end].casefold().split())
    return f"named-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _is_text(value: Any) -> bool:
    """Numbers in a list are numbers of exhibits."""
    several = value if isinstance(value, list) else [value]
    return all(isinstance(one, str) for one in several)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value or "")]


def _rewritten(text: str, found: Iterable[Found], answers: dict[str, str]) -> str:
    for one in sorted(found, key=lambda one: -one.start):
        answer = answers.get(_key(text, one), KEEP)
        if answer != KEEP:
            text = text[: one.start] + answer + text[one.end :]
    return text


def _joined(hits: list[Found], text: str) -> list[Found]:
    """Words that overlap, or that follow each other and may name the same person, are one place."""
    joined: list[Found] = []
    for one in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        last = joined[-1] if joined else None
        if last is None or (one.start > last.end and not _together(last, one, text)):
            joined.append(one)
            continue
        codes = last.codes & one.codes or last.codes | one.codes
        joined[-1] = Found(last.start, max(last.end, one.end), codes)
    return joined


def _together(one: Found, other: Found, text: str) -> bool:
    between = text[one.end : other.start]
    if not one.codes & other.codes or _APART.search(between):
        return False
    return all(
        len(word) < _SHORT or word.casefold() in PARTICLES for word in _PIECE.findall(between)
    )
