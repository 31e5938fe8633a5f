"""What a documenter answers about one exhibit (vocabularies V3–V6, DESIGN 5.2)."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from impna.errors import NotAllowed
from submissions.models import Exhibit
from submissions.vocabularies import (
    ContentMarker,
    CustodyEventType,
    Derivation,
    EvidenceType,
    HandlingCode,
    HowObtained,
    IdentifiedBy,
    Recognisable,
    Strand,
)

# The fields of an exhibit that stand in clear: codes only.
CLEAR = (
    "evidence_type",
    "recognisable",
    "derivation",
    "obtained",
    "identified_by",
    "strands",
    "markers",
    "handling",
)


@dataclass(frozen=True)
class Step:
    """One thing that happened to an exhibit before it came here (V5b, V5c).

    `what` is a code, the rest are words. Told afterwards by the CSO, never recorded by the portal:
    what V5b calls a reconstruction.
    """

    what: str
    when: str = ""
    place: str = ""
    from_whom: str = ""
    to_whom: str = ""
    note: str = ""
    purpose: str = ""
    authority: str = ""
    method: str = ""
    before: str = ""
    after: str = ""
    change: str = ""
    witness: str = ""


@dataclass(frozen=True)
class Collected:
    """How an exhibit was collected, in words (V5a)."""

    collector: str = ""
    when: str = ""
    place: str = ""
    reason: str = ""
    tool: str = ""
    quantity: str = ""
    marks: str = ""
    condition: str = ""
    storage: str = ""
    root: str = ""


@dataclass(frozen=True)
class Details:
    """Sealed: how it was obtained, under which restrictions, where it was."""

    origin: str = ""
    restrictions: str = ""
    collected: Collected = field(default_factory=Collected)
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON; what was not asked when it was written is empty."""
        found = json.loads(text)
        nested = {
            "collected": Collected(**found.get("collected", {})),
            "steps": [Step(**step) for step in found["steps"]],
        }
        return cls(**found | nested)

    def text(self) -> str:
        """JSON to seal, or nothing when nothing is said."""
        return json.dumps(self.as_json()) if self != Details() else ""

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


@dataclass(frozen=True)
class Answers:
    """All of it; lists hold codes."""

    evidence_type: str = ""
    recognisable: str = Recognisable.UNANSWERED
    derivation: str = ""
    obtained: str = ""
    identified_by: list[str] = field(default_factory=list)
    strands: list[str] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    handling: list[str] = field(default_factory=list)
    description: str = ""
    details: Details = field(default_factory=Details)

    def check(self) -> None:
        """Raise NotAllowed for a code that is on none of the lists."""
        single = (
            (self.evidence_type, EvidenceType),
            (self.derivation, Derivation),
            (self.obtained, HowObtained),
        )
        several = (
            (self.identified_by, IdentifiedBy),
            (self.strands, Strand),
            (self.markers, ContentMarker),
            (self.handling, HandlingCode),
            ([step.what for step in self.details.steps], CustodyEventType),
        )
        unknown = any(code and code not in known.values for code, known in single) or any(
            set(codes) - set(known.values) for codes, known in several
        )
        if unknown or self.recognisable not in Recognisable.values:
            raise NotAllowed(_("Choose from the list."))


def still_open(exhibit: Exhibit) -> list[str]:
    """Codes of what must be answered of it before hand-over; who it is, is said by links."""
    found = []
    if exhibit.recognisable == Recognisable.UNANSWERED:
        found.append("recognisable")
    if exhibit.recognisable == Recognisable.SOMEONE and not exhibit.identified_by:
        found.append("identified_by")
    if not exhibit.evidence_type:
        found.append("evidence_type")
    if not exhibit.obtained:
        found.append("obtained")
    return found
