"""What somebody said, in words. Callers hold an opening of the submission's words."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from impna.errors import Sentence
from partners.models import Partner
from submissions.actions import consents
from submissions.consent_vocabularies import (
    ACKNOWLEDGEMENTS,
    CONDITIONS,
    NAMED,
    PERMISSIONS,
    Answer,
    Scope,
    Told,
)
from submissions.consents import ConsentDetails
from submissions.countries import NAMES
from submissions.links import ranges_of
from submissions.models import Consent


@dataclass(frozen=True)
class ConsentTold:
    """One word; permissions, conditions and acknowledgements apart."""

    consent: Consent
    details: ConsentDetails

    @property
    def allowed(self) -> list[Sentence]:
        """Permissions they gave; whom they named stands in `to`."""
        return self._among(PERMISSIONS, Answer.GRANTED)

    @property
    def not_allowed(self) -> list[Sentence]:
        """Permissions they refused."""
        return self._among(PERMISSIONS, Answer.REFUSED)

    @property
    def not_asked(self) -> list[Sentence]:
        """Permissions nobody asked for; they open nothing."""
        asked_apart = PERMISSIONS - NAMED
        return [one.label for one in _in_order(asked_apart) if one not in self.consent.said]

    @property
    def conditions(self) -> list[Sentence]:
        """What narrows it."""
        found = self._among(CONDITIONS, Answer.GRANTED)
        if self.consent.never_in_public:
            found.append(_("Not in a public hearing"))
        return found

    @property
    def understood(self) -> list[Sentence]:
        """What they said they had understood, and what was explained."""
        return [
            *self._among(ACKNOWLEDGEMENTS, Answer.GRANTED),
            *(Told(code).label for code in self.details.told if code in Told.values),
        ]

    @property
    def to(self) -> list[Sentence]:
        """Whom they named."""
        return [*map(_state, self.consent.to_states), *self._names(self.consent.to_bodies)]

    @property
    def never(self) -> list[Sentence]:
        """Who gets nothing, whatever else was said."""
        found = [*map(_state, self.consent.never_states), *self._names(self.consent.never_bodies)]
        if self.consent.never_death_penalty:
            found.append(_("States with the death penalty in their law"))
        return found

    @property
    def kept_out(self) -> str:
        """Numbers of exhibits."""
        return ranges_of(self.consent.not_exhibits)

    @cached_property
    def _bodies(self) -> dict[str, str]:
        wanted = {*self.consent.to_bodies, *self.consent.never_bodies}
        found = Partner.objects.filter(reference__in=wanted) if wanted else []
        return {one.reference: one.name for one in found}

    def _names(self, references: list[str]) -> list[Sentence]:
        return [self._bodies[one] for one in references if one in self._bodies]

    def _among(self, scopes: frozenset[Scope], answer: Answer) -> list[Sentence]:
        return [one.label for one in _in_order(scopes) if self.consent.said.get(one) == answer]


def told(consent: Consent) -> ConsentTold:
    """With its sealed part."""
    return ConsentTold(consent, consents.read_details(consent))


def _in_order(scopes: frozenset[Scope]) -> list[Scope]:
    return [one for one in Scope if one in scopes]


def _state(code: str) -> Sentence:
    return NAMES.get(code, code)
