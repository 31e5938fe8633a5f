"""What a documenter says of a person, and of a person's part in one incident (vocabularies V2, V3).

Sealed, all of it. Never a name: who stands behind a code is in the vault (`identities`), or elsewhere.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from impna.errors import NotAllowed
from submissions.countries import CODES as STATES
from submissions.person_vocabularies import (
    HeardBefore,
    Involvement,
    ModeOfLiability,
    OneOrUnit,
    PerpetratorType,
    PersonCategory,
    PersonRole,
    Sex,
    SourceConnection,
    SupportAnswer,
    SupportKind,
    VictimStatus,
    Vulnerability,
)
from submissions.vocabularies import BasisOfKnowledge

ADULT = 18
# The usual first letters of codes; others are as good.
WITNESS, VICTIM, PERPETRATOR = LETTERS = ("W", "V", "P")

# Which answers belong to which step; the log names steps and never answers.
STEPS: dict[str, tuple[str, ...]] = {
    "heard": ("heard", "heard_words"),
    "who": ("categories", "vulnerabilities", "sex", "gender", "age_then", "age_now"),
    "care": ("best_interest",),
    "support": (
        "support",
        "support_note",
        "wanted_interviewer",
        "interviewer",
        "wanted_interpreter",
        "interpreter",
        "gender_note",
        "note",
    ),
}

_OF_SOURCES = ("connection", "basis")
# What is asked of a part, by its role; a note is asked of every part.
ASKED: dict[str, tuple[str, ...]] = {
    PersonRole.VICTIM: ("statuses",),
    PersonRole.PERPETRATOR: ("unit", "kind", "rank", "chain", "states", "degree", "modes"),
    PersonRole.SOURCE: _OF_SOURCES,
    PersonRole.WITNESS: _OF_SOURCES,
}


@dataclass(frozen=True)
class PersonDetails:
    """Lists hold codes; `support` has an answer for each kind; ages are numbers or words."""

    heard: str = ""
    heard_words: str = ""
    categories: list[str] = field(default_factory=list)
    vulnerabilities: list[str] = field(default_factory=list)
    sex: str = ""
    gender: str = ""
    age_then: str = ""
    age_now: str = ""
    best_interest: str = ""
    support: dict[str, str] = field(default_factory=dict)
    support_note: str = ""
    wanted_interviewer: str = ""
    interviewer: str = ""
    wanted_interpreter: str = ""
    interpreter: str = ""
    gender_note: str = ""
    note: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON; what was not asked when it was written is empty."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal, or nothing when nothing is said."""
        return _text(self)

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)

    @property
    def is_child(self) -> bool:
        """Said so, or not of age now."""
        return Vulnerability.CHILD in self.vulnerabilities or _is_minor(self.age_now)

    @property
    def is_protected(self) -> bool:
        """A child, now or then, or a survivor of sexual or gender-based violence."""
        survivor = Vulnerability.SGBV_SURVIVOR in self.vulnerabilities
        return survivor or self.is_child or _is_minor(self.age_then)

    def check(self) -> None:
        """Raise NotAllowed for a code that is on none of the lists."""
        _check(
            ([self.heard], HeardBefore),
            ([self.sex], Sex),
            (self.categories, PersonCategory),
            (self.vulnerabilities, Vulnerability),
            (self.support, SupportKind),
            (self.support.values(), SupportAnswer),
        )


@dataclass(frozen=True)
class PartDetails:
    """What is said of one role in one incident; `states` are two letters each."""

    statuses: list[str] = field(default_factory=list)
    unit: str = ""
    kind: str = ""
    rank: str = ""
    chain: str = ""
    states: list[str] = field(default_factory=list)
    degree: str = ""
    modes: list[str] = field(default_factory=list)
    connection: str = ""
    basis: list[str] = field(default_factory=list)
    note: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal, or nothing when nothing is said."""
        return _text(self)

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)

    def check(self, role: str) -> None:
        """Raise NotAllowed for a code of no list, or an answer that this role is not asked."""
        if role not in PersonRole.values:
            raise NotAllowed(_("Choose from the list."))
        asked = {*ASKED.get(role, ()), "note"}
        if any(answer and name not in asked for name, answer in asdict(self).items()):
            raise NotAllowed(_("This is not asked of this role."))
        _check(
            (self.statuses, VictimStatus),
            ([self.unit], OneOrUnit),
            ([self.kind], PerpetratorType),
            ([self.degree], Involvement),
            (self.modes, ModeOfLiability),
            ([self.connection], SourceConnection),
            (self.basis, BasisOfKnowledge),
        )
        if set(self.states) - STATES:
            raise NotAllowed(_("Choose from the list."))


def next_codes(used: Iterable[str]) -> dict[str, str]:
    """The next free code of each usual letter; a code is never used again."""
    numbers: dict[str, int] = {}
    for code in used:
        letters, _hyphen, number = code.partition("-")
        numbers[letters] = max(numbers.get(letters, 0), int(number))
    return {letter: f"{letter}-{numbers.get(letter, 0) + 1:02}" for letter in LETTERS}


def _check(*answers: tuple[Iterable[str], type[TextChoices]]) -> None:
    for codes, known in answers:
        if {code for code in codes if code} - set(known.values):
            raise NotAllowed(_("Choose from the list."))


def _text(details: PersonDetails | PartDetails) -> str:
    said: Mapping[str, Any] = {name: answer for name, answer in asdict(details).items() if answer}
    return json.dumps(said) if said else ""


def _is_minor(age: str) -> bool:
    """Any number below eighteen, also in "15 to 20": in doubt somebody is protected."""
    return any(int(number) < ADULT for number in re.findall(r"\d+", age))
