"""What somebody said when they were asked, as the six questions and as the codes they set (V8)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _

from impna.errors import NotAllowed
from partners import roles
from partners.models import Partner
from submissions.consent_vocabularies import ANYTHING_ELSE, Answer, Capacity, Mode, Scope, Told
from submissions.countries import CODES, EU

# A safe route that was given up, or a person who is feared, must not stay in frozen versions.
_NEVER_FROZEN = frozenset({"safe_route", "fallback", "never_person"})


@dataclass(frozen=True)
class ConsentDetails:
    """Sealed: who explained it, in which language, how to reach them safely, what else they said.

    `told` holds codes of Told. `never_person` are people who must not come to see it, by words.
    """

    language: str = ""
    interpreter: str = ""
    explained_by: str = ""
    told: list[str] = field(default_factory=list)
    for_them: str = ""
    safe_route: str = ""
    fallback: str = ""
    never_person: str = ""
    note: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal, or nothing when nothing is said."""
        said = {name: words for name, words in asdict(self).items() if words}
        return json.dumps(said) if said else ""

    def as_json(self) -> dict[str, Any]:
        """For a manifest, which is never changed: without how to reach them, and whom they fear."""
        said = asdict(self)
        return {name: words for name, words in said.items() if name not in _NEVER_FROZEN}


@dataclass(frozen=True)
class Word:
    """All that one asking brought. `said` maps Scope to Answer; bodies are references of partners."""

    asked_on: date
    mode: str
    capacity: str
    said: Mapping[str, str] = field(default_factory=dict)
    to_states: list[str] = field(default_factory=list)
    to_bodies: list[str] = field(default_factory=list)
    never_states: list[str] = field(default_factory=list)
    never_bodies: list[str] = field(default_factory=list)
    never_death_penalty: bool = True
    never_in_public: bool = False
    not_exhibits: list[int] = field(default_factory=list)
    expires_on: date | None = None
    of_age_on: date | None = None

    def check(self, today: date) -> None:
        """Raise NotAllowed for what is on no list, lies ahead, or contradicts itself."""
        if self.mode not in Mode.values or self.capacity not in Capacity.values:
            raise NotAllowed(_("Choose from the list."))
        if set(self.said) - set(Scope.values) or set(self.said.values()) - set(Answer.values):
            raise NotAllowed(_("Choose from the list."))
        if (set(self.to_states) | set(self.never_states)) - CODES:
            raise NotAllowed(_("Choose from the list."))
        if self.asked_on > today:
            raise NotAllowed(_("They were asked today or before."))
        if self.expires_on is not None and self.expires_on < self.asked_on:
            raise NotAllowed(_("It holds until a day after it was asked."))
        if self.capacity in Capacity.of_children() and self.of_age_on is None:
            raise NotAllowed(_("Say from which day on this child is of age at the earliest."))


def scopes(
    *,
    keep: str,
    secretariat: Iterable[str],
    any_eu: bool,
    states: Iterable[str],
    bodies: Iterable[Partner],
    name: str,
    image: str,
    medical: str,
    court: str,
    defence: bool,
    contact: str,
    others: Iterable[str],
    asked_others: bool,
) -> dict[str, str]:
    """The codes that the answers to the six questions set; what is not in it was not asked.

    Whoever is not among those they named was not agreed to; nobody is asked about each.
    """
    yes, no = Answer.GRANTED.value, Answer.REFUSED.value
    said: dict[str, str] = {}

    def put(scope: Scope, answer: str) -> None:
        if answer:
            said[scope.value] = answer

    put(Scope.C01, keep)
    for scope in (Scope.C02, Scope.C03):
        put(scope, yes if scope in secretariat else no)
    put(Scope.C06, yes if any_eu else no)
    put(Scope.C05, yes if list(states) else "")
    for scope in _named(bodies):
        put(scope, yes)
    if name:
        put(Scope.C13, yes if name == "withheld" else no)
    put(Scope.C18, image)
    put(Scope.C19, medical)
    if court:
        put(Scope.C12, yes if court == "evidence" else no)
        put(Scope.C14, yes if court == "lead" else no)
    put(Scope.C15, yes if defence else no)
    if contact:
        put(Scope.C16, yes if contact == "organisation" else no)
        put(Scope.C17, yes if contact == "direct" else no)
    chosen = set(others)
    for scope in ANYTHING_ELSE:
        put(scope, yes if scope in chosen else no if asked_others else "")
    return said


def _named(bodies: Iterable[Partner]) -> set[Scope]:
    return {
        Scope.C09
        if body.kind == roles.MECHANISM
        else Scope.C04
        if body.country in EU
        else Scope.C07
        for body in bodies
    }


def all_told(details: ConsentDetails) -> bool:
    """Everything that has to be explained was."""
    return set(details.told) >= set(Told.values)
