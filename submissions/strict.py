"""Strict access by default for what concerns children and survivors (requirement 98, V6d).

A suggestion: the documenter sees it and may take less, which is recorded. What may be used in court
is what the person said, and is never suggested here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from submissions.models import Exhibit, Submission
from submissions.vocabularies import ContentMarker, HandlingCode

HANDLING = (HandlingCode.H1, HandlingCode.H2)
# Crimes of sexual and gender-based violence: these and what is below them (V1).
_SEXUAL_VIOLENCE = ("RS-7-1-g", "RS-8-2-b-xxii", "RS-8-2-e-vi")


@dataclass(frozen=True)
class Strict:
    """What is suggested for one exhibit, and why."""

    people: list[str]
    sexual_violence: bool
    loosened: bool
    asks_for_two: bool

    @classmethod
    def of(cls, exhibit: Exhibit) -> Self:
        """As the draft stands; two queries."""
        return cls(
            people=_protected(exhibit.submission).get(exhibit.pk, []),
            sexual_violence=_tells_of_sexual_violence(exhibit.submission),
            loosened=exhibit.loosened,
            asks_for_two=ContentMarker.TWO_PEOPLE in exhibit.markers,
        )

    @property
    def is_default(self) -> bool:
        """A child or a survivor can be recognised in it."""
        return bool(self.people)

    @property
    def two_people(self) -> bool:
        """Worth asking that two people open it; never chosen beforehand."""
        return (self.is_default or self.sexual_violence) and not self.asks_for_two

    def preset(self, handling: Collection[str]) -> list[str]:
        """What the form begins with: the strict codes too, unless somebody chose less before."""
        if not self.is_default or self.loosened:
            return list(handling)
        return [code for code in HandlingCode.values if code in {*handling, *HANDLING}]


def is_strict(handling: Collection[str]) -> bool:
    """Not disclosed and not passed on without the provider's permission."""
    return set(HANDLING) <= set(handling)


def less_strict(shown: Iterable[Exhibit]) -> tuple[list[int], list[int]]:
    """Numbers of those that are less strict than suggested: by choice, and because nobody looked.

    `shown`: the exhibits in which a child or a survivor can be recognised.
    """
    loose = [one for one in shown if not is_strict(one.handling)]
    chosen = [one.number for one in loose if one.loosened]
    return chosen, [one.number for one in loose if not one.loosened]


def _protected(submission: Submission) -> dict[int, list[str]]:
    """For each exhibit's primary key, the codes of the protected people recognisable in it."""
    links = submission.links.live().filter(person__protected=True, person__removed_at=None)
    found: dict[int, list[str]] = {}
    for exhibit, code in links.values_list("linked__exhibit", "person__code").order_by("number"):
        if exhibit is not None:
            found.setdefault(exhibit, []).append(code)
    return found


def _tells_of_sexual_violence(submission: Submission) -> bool:
    told = submission.incidents.present().values_list("offences", flat=True)
    return any(
        code == one or code.startswith(f"{one}-")
        for codes in told
        for code in codes
        for one in _SEXUAL_VIOLENCE
    )
