"""What is said of a group, and of a piece of information behind an incident. Sealed, all of it.

Never a name: people stand here by code, or as so many of them.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from impna.errors import NotAllowed
from submissions.fact_vocabularies import Bearing, CountingUnit, InformationOn
from submissions.person_vocabularies import (
    PersonCategory,
    PersonRole,
    VictimStatus,
    Vulnerability,
)
from submissions.persons import as_text, check_codes
from submissions.vocabularies import BasisOfKnowledge

MOST_COUNTED = 10_000_000


@dataclass(frozen=True)
class Count:
    """So many of something; None where one end is not known."""

    unit: str
    fewest: int | None = None
    most: int | None = None

    def check(self) -> None:
        """Raise NotAllowed for a unit of no list, or for a range that is none."""
        check_codes(([self.unit or "-"], CountingUnit))
        if self.fewest is None and self.most is None:
            return
        ends = [end for end in (self.fewest, self.most) if end is not None]
        if not all(1 <= end <= MOST_COUNTED for end in ends) or ends != sorted(ends):
            raise NotAllowed(_("“At least” is not more than “at most”, and both are above nought."))


@dataclass(frozen=True)
class GroupDetails:
    """`who` describes them in a few words; lists hold codes."""

    who: str = ""
    statuses: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    vulnerabilities: list[str] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    known_by: str = ""

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
        """Raise NotAllowed for a code of no list, nobody described, or what this role is not asked."""
        if not self.who.strip():
            raise NotAllowed(_("Say in a few words who they are."))
        if self.statuses and role != PersonRole.VICTIM:
            raise NotAllowed(_("What became of them is asked of victims only."))
        check_codes(
            ([role or "-"], PersonRole),
            (self.statuses, VictimStatus),
            (self.categories, PersonCategory),
            (self.vulnerabilities, Vulnerability),
            (self.basis, BasisOfKnowledge),
        )


@dataclass(frozen=True)
class InformationDetails:
    """`basis` is how the source knows; `on` is what of the incident it is about."""

    basis: str = ""
    on: list[str] = field(default_factory=list)
    bearing: str = ""
    words: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal."""
        return as_text(self)

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)

    def check(self) -> None:
        """Raise NotAllowed for what is left open, and for a code of no list."""
        if not (self.basis and self.on and self.bearing):
            raise NotAllowed(_("Say how the source knows, of what, and which way it points."))
        check_codes(
            ([self.basis], BasisOfKnowledge), (self.on, InformationOn), ([self.bearing], Bearing)
        )

    @property
    def is_against(self) -> bool:
        """It weakens or contradicts what is told."""
        return self.bearing in (Bearing.WEAKENS, Bearing.CONTRADICTS)
