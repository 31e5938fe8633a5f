"""What is said of one link, sealed; and numbers of exhibits as people type them."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from django.utils.translation import gettext as _

from impna.errors import NotAllowed, Sentence
from submissions.consent_vocabularies import Basis, NotRequired

MOST_PEOPLE = 1_000_000


@dataclass(frozen=True)
class LinkDetails:
    """`who` describes people nobody knows; `why` is a NotRequired; `reason` is in words."""

    who: str = ""
    why: str = ""
    reason: str = ""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the sealed JSON."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """JSON to seal, or nothing when nothing is said."""
        said = {name: words for name, words in asdict(self).items() if words}
        return json.dumps(said) if said else ""

    def check(self, basis: str) -> None:
        """Raise NotAllowed for a basis without what it asks for."""
        if basis not in Basis.values:
            raise NotAllowed(_("Choose from the list."))
        if basis == Basis.NOT_REQUIRED and self.why not in NotRequired.values:
            raise NotAllowed(_("Say why they need not be asked."))
        if basis in Basis.signed() and not self.reason.strip():
            raise NotAllowed(_("Say why it is right to give it all the same."))

    @property
    def why_words(self) -> Sentence:
        """Why they need not be asked, as people read it."""
        return NotRequired(self.why).label if self.why else ""


def numbers_in(text: str) -> list[int] | None:
    """“1-3, 7” as [1, 2, 3, 7]; None for what is no list of numbers."""
    found: list[int] = []
    for part in re.split(r"[\s,;،؛]+", re.sub(r"\s*[-‐‑‒–—−]\s*", "-", text.strip())):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if not first or last < first or last - first > 100_000:
            return None
        found += range(first, last + 1)
    return sorted(set(found))


def ranges_of(numbers: Iterable[int]) -> str:
    """[1, 2, 3, 7] as “1–3, 7”."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in parts)
