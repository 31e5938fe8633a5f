"""What exhibits ask of whoever receives them: handling codes and restrictions in words (V6a).

Each is a condition of the referral, about the exhibits that carry it, and answered like the others;
until then those exhibits stay closed. H0 restricts nothing beyond the law, and is not asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, Self

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import words
from cases.models import Condition, Referral
from submissions import manifest
from submissions.actions.exhibits import read_details
from submissions.models import Exhibit, Version
from submissions.spoken import numbers
from submissions.vocabularies import HandlingCode

WITHIN = timedelta(days=7)
ASKED = frozenset(set(HandlingCode) - {HandlingCode.H0})


class Carried(NamedTuple):
    """One thing that one exhibit asks; `words` only with “Other restrictions”."""

    code: str
    words: str
    exhibit: int


class Marked(NamedTuple):
    """How one exhibit is marked: in a frozen version, or in a draft."""

    number: int
    codes: list[str]
    restrictions: str

    @classmethod
    def told(cls, entry: dict[str, Any]) -> Self:
        """As a manifest says it."""
        return cls(entry["number"], entry["handling"], entry["details"]["restrictions"])

    @classmethod
    def now(cls, exhibit: Exhibit) -> Self:
        """As the draft says it. Callers hold an opening of the draft's words."""
        other = HandlingCode.H3 in exhibit.handling
        restrictions = read_details(exhibit).restrictions if other else ""
        return cls(exhibit.number, exhibit.handling, restrictions)

    @property
    def carried(self) -> set[Carried]:
        """All that it asks."""
        codes = ASKED & set(self.codes)
        if self.restrictions:
            codes |= {HandlingCode.H3}
        return {
            Carried(code, self.restrictions if code == HandlingCode.H3 else "", self.number)
            for code in codes
        }


@dataclass(frozen=True)
class Term:
    """One sentence that a recipient answers, and the exhibits it is about."""

    code: str
    words: str
    exhibits: list[int]

    @property
    def sentence(self) -> str:
        """For both sides."""
        return sentence(self.code, self.exhibits, self.words)


def terms(marked: Iterable[Marked], referral: Referral | None = None) -> list[Term]:
    """What a recipient of these exhibits is asked, without what `referral` asked already."""
    there = set[Carried]() if referral is None else _asked(referral)
    new = {one for exhibit in marked for one in exhibit.carried} - there
    found: dict[tuple[str, str], list[int]] = {}
    for one in sorted(new, key=lambda carried: (carried.code, carried.exhibit)):
        found.setdefault((one.code, one.words), []).append(one.exhibit)
    return [Term(code, text, exhibits) for (code, text), exhibits in found.items()]


def ask(referral: Referral, version: Version) -> None:
    """Ask what the given exhibits carry in this version and the recipient was not asked yet."""
    given = set(referral.items.live().values_list("exhibit__number", flat=True))
    if not given:
        return
    told = manifest.read(version)["exhibits"]
    marked = [Marked.told(entry) for entry in told if entry["number"] in given]
    number = referral.conditions.count()
    for term in terms(marked, referral):
        number += 1
        condition = Condition(
            referral=referral,
            version=version,
            number=number,
            code=term.code,
            exhibits=term.exhibits,
            due_on=timezone.localdate() + WITHIN,
        )
        if term.words:
            condition.words = words.seal(
                term.words, referral=referral, on=condition, column="words"
            )
        condition.save()


def sentence(code: str, exhibits: list[int], text: str) -> str:
    """`Exhibits 1 to 3: Not to be …`, or the sender's own words for other restrictions."""
    said = {"exhibits": numbers(exhibits), "what": text or HandlingCode(code).label}
    return _("%(exhibits)s: %(what)s") % said


def _asked(referral: Referral) -> set[Carried]:
    found = set()
    for one in referral.conditions.exclude(code=""):
        text = words.read(one.words, referral=referral, on=one, column="words")
        found |= {Carried(one.code, text, number) for number in one.exhibits}
    return found
