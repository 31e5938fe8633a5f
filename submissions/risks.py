"""What is said of a risk (requirement 32): to whom, from whom, how likely, how bad, what is done.

Sealed, all of it.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from impna.errors import NotAllowed, Sentence

# Nobody looks away for longer than this.
MOST_DAYS = 180
SOON = timedelta(days=14)


class AtRisk(TextChoices):
    """Who could be harmed. Staff, interpreters, drivers and families count."""

    PERSON = "person", gettext_lazy("Somebody of this submission, by code")
    FAMILY = "family", gettext_lazy("Their family")
    STAFF = "staff", gettext_lazy("Our staff or volunteers")
    INTERPRETER = "interpreter", gettext_lazy("An interpreter")
    DRIVER = "driver", gettext_lazy("A driver or guide")
    COMMUNITY = "community", gettext_lazy("Their community")
    OTHER = "other", gettext_lazy("Others")


class ThreatFrom(TextChoices):
    """Where the harm would come from."""

    ALLEGED = "alleged", gettext_lazy("Those who are said to have done it")
    STATE = "state", gettext_lazy("Authorities of a State")
    ARMED_GROUP = "armed_group", gettext_lazy("An armed group")
    COMMUNITY = "community", gettext_lazy("Family or community")
    EXPOSURE = "exposure", gettext_lazy("The public, or the press")
    PROCEEDINGS = "proceedings", gettext_lazy("Disclosure in proceedings")
    RETELLING = "retelling", gettext_lazy("Having to tell it again")
    UNKNOWN = "unknown", gettext_lazy("Not known")


class Level(TextChoices):
    """How likely, and how bad."""

    LOW = "low", gettext_lazy("Low")
    MEDIUM = "medium", gettext_lazy("Medium")
    HIGH = "high", gettext_lazy("High")


@dataclass(frozen=True)
class RiskDetails:
    """Lists hold codes; `people` are codes of persons, such as W-03."""

    to: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    threats: list[str] = field(default_factory=list)
    what: str = ""
    likelihood: str = ""
    impact: str = ""
    done: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal."""
        return json.dumps({name: said for name, said in asdict(self).items() if said})

    def check(self) -> None:
        """Raise NotAllowed for a code of no list, or when it does not say what is feared."""
        lists = (
            (self.to, AtRisk),
            (self.threats, ThreatFrom),
            ([self.likelihood], Level),
            ([self.impact], Level),
        )
        if any(set(codes) - set(known.values) for codes, known in lists):
            raise NotAllowed(_("Choose from the list."))
        if not self.to or not self.what.strip():
            raise NotAllowed(_("Say who could be harmed, and how."))

    @property
    def to_words(self) -> list[Sentence]:
        """Who, as people read it; somebody by code stands with the codes."""
        return [
            ", ".join(self.people) if one == AtRisk.PERSON and self.people else AtRisk(one).label
            for one in self.to
        ]

    @property
    def threat_words(self) -> list[Sentence]:
        """From whom, as people read it."""
        return [ThreatFrom(one).label for one in self.threats]

    @property
    def likelihood_words(self) -> Sentence:
        """How likely."""
        return Level(self.likelihood).label

    @property
    def impact_words(self) -> Sentence:
        """How bad."""
        return Level(self.impact).label

    @property
    def is_grave(self) -> bool:
        """High in one, and not low in the other."""
        levels = {self.likelihood, self.impact}
        return Level.HIGH in levels and Level.LOW not in levels
