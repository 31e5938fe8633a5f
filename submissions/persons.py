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
from partners.models import Competence
from submissions.countries import CODES as STATES
from submissions.person_vocabularies import (
    HeardBefore,
    Involvement,
    ModeOfLiability,
    OneOrUnit,
    OwnAccount,
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

# Whom requirement 30 names; `child` also follows from an age.
VULNERABLE = frozenset(
    {
        Vulnerability.CHILD,
        Vulnerability.SGBV_SURVIVOR,
        Vulnerability.DETAINED,
        Vulnerability.DISABILITY,
        Vulnerability.OLDER,
        Vulnerability.SEVERE_TRAUMA,
    }
)

# Which answers belong to which step; the log names steps and never answers.
STEPS: dict[str, tuple[str, ...]] = {
    "heard": ("heard", "heard_words"),
    "who": ("categories", "vulnerabilities", "sex", "gender", "age_then", "age_now"),
    "care": ("best_interest",),
    "account": ("own_account", "account_adds", "account_why"),
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
    own_account: str = ""
    account_adds: str = ""
    account_why: str = ""
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
        return as_text(self)

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

    @property
    def is_vulnerable(self) -> bool:
        """An account of theirs needs a reason that is written down (requirement 30)."""
        return self.is_child or bool(VULNERABLE & set(self.vulnerabilities))

    @property
    def trained_for(self) -> set[str]:
        """What whoever takes an account of theirs is trained for."""
        special = {Competence.CHILDREN} if self.is_child else set()
        if Vulnerability.SGBV_SURVIVOR in self.vulnerabilities:
            special.add(Competence.SGBV)
        return {str(code) for code in special or {Competence.ADULTS}}

    def why_no_account(self, declared: Iterable[str]) -> str:
        """Why the organisation takes none, with what it declared; "" if it may."""
        if self.heard == HeardBefore.YES:
            return _("Heard already: refer them, and do not interview them again.")
        if self.heard != HeardBefore.NO:
            return _("Ask first whether they have given an account to anyone.")
        if self.trained_for - set(declared):
            return _(
                "Your organisation has not declared that its people are trained for this: support "
                "and refer them. A manager declares it under Members."
            )
        return ""

    def check_account(self, before: "PersonDetails", declared: Iterable[str]) -> None:
        """Raise NotAllowed for an account that may not be taken, or without what it asks for.

        One that was recorded stays recorded, whatever is learnt of the person later.
        """
        names = STEPS["account"]
        is_same = all(getattr(self, name) == getattr(before, name) for name in names)
        if self.own_account != OwnAccount.TAKEN or is_same:
            return
        if before.own_account != OwnAccount.TAKEN and (why := self.why_no_account(declared)):
            raise NotAllowed(why)
        if not self.account_adds.strip():
            raise NotAllowed(_("Say what an account adds, and which other sources there are."))
        if self.is_vulnerable and not self.account_why.strip():
            raise NotAllowed(_("Say why it is right to take an account of this person."))

    def check(self) -> None:
        """Raise NotAllowed for a code that is on none of the lists."""
        check_codes(
            ([self.heard], HeardBefore),
            ([self.own_account], OwnAccount),
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
        return as_text(self)

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
        check_codes(
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


def check_codes(*answers: tuple[Iterable[str], type[TextChoices]]) -> None:
    """Raise NotAllowed for a code of no list; an empty one is no answer."""
    for codes, known in answers:
        if {code for code in codes if code} - set(known.values):
            raise NotAllowed(_("Choose from the list."))


def as_text(details: Any) -> str:
    """JSON of a dataclass without what is empty; nothing when all of it is."""
    said: Mapping[str, Any] = {name: answer for name, answer in asdict(details).items() if answer}
    return json.dumps(said) if said else ""


def _is_minor(age: str) -> bool:
    """Any number below eighteen, also in "15 to 20": in doubt somebody is protected."""
    return any(int(number) < ADULT for number in re.findall(r"\d+", age))
