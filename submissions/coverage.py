"""Whether what somebody said covers giving something to somebody, and what of whom is missing (R4).

The rule itself stands in the database (`submissions_uncovered`), which asks it again
whenever something is given; here it is asked to be shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from custody.models import CustodyEvent
from impna.errors import Sentence
from partners.models import Unit
from submissions.links import ranges_of
from submissions.models import Exhibit, Link, Submission

# Where a day ends first.
FIRST_ZONE = timedelta(hours=14)


class Purpose(StrEnum):
    """For what it would be given. `cover` and `assist` are the Secretariat's views (R14)."""

    REFERRAL = "referral"
    OPENING = "opening"
    EVIDENCE = "evidence"
    COVER = "cover"
    ASSIST = "assist"


_ASKED = """
    WITH asked (submission, unit, purpose) AS (SELECT %s::bigint, %s::bigint, %s::text)
    SELECT uncovered.exhibit, uncovered.link, uncovered.missing
    FROM asked, submissions_uncovered(submission, %s, %s, unit, purpose, false) uncovered
    UNION ALL
    SELECT uncovered.exhibit, uncovered.link, uncovered.missing
    FROM asked, submissions_uncovered(submission, %s, false, unit, purpose, true) uncovered
"""
# What the database answers, in words that follow "who: ".
_WORDS: dict[str, Sentence] = {
    "restricted": gettext_lazy("a request to restrict the use of the data stands against it"),
    "unanswered": gettext_lazy("nobody said whether someone can be recognised"),
    "nobody_named": gettext_lazy("nobody said who can be recognised"),
    "unsigned": gettext_lazy("an approver has not signed that it is given without asking"),
    "not_asked": gettext_lazy("nothing is recorded of what they said"),
    "taken_back": gettext_lazy("they took back what they said"),
    "paused": gettext_lazy("they used their code, and nobody has spoken with them since"),
    "over": gettext_lazy("what they said held until a day that is past"),
    "of_age": gettext_lazy("they are of age now and have to be asked themselves"),
    "not_kept": gettext_lazy("they did not agree that it is kept"),
    "not_this": gettext_lazy("they keep it out of what is given"),
    "never_to": gettext_lazy("they said never to this recipient or its State"),
    "not_to": gettext_lazy("they did not agree that it goes to this recipient"),
    "lead_only": gettext_lazy("they agreed to a lead only, not to use in court"),
    "identity_withheld": gettext_lazy("their identity is withheld, and it identifies them"),
    "not_image": gettext_lazy("they did not agree to face and voice"),
    "not_medical": gettext_lazy("they did not agree to medical details"),
}
# What asking the person again can change.
TO_ASK = frozenset(_WORDS) - {"restricted", "unanswered", "nobody_named", "unsigned"}


@dataclass(frozen=True)
class Uncovered:
    """One thing that stands against giving something: `who` of which exhibits, or of the words."""

    missing: str
    link: Link | None
    numbers: tuple[int, ...]
    in_words: bool = False

    @property
    def words(self) -> str:
        """For the CSO's own people: it names codes and numbers."""
        reason = str(_WORDS[self.missing])
        said = f"{self.link}: {reason}" if self.link else reason
        places = [_("in what is written")] if self.in_words else []
        if self.numbers:
            places.append(_("exhibits %(numbers)s") % {"numbers": ranges_of(self.numbers)})
        return f"{said} ({', '.join(places)})"

    @property
    def can_be_asked(self) -> bool:
        """Another word of this person could change it."""
        return self.missing in TO_ASK and self.link is not None and self.link.person_id is not None


@dataclass(frozen=True)
class Coverage:
    """What stands against giving these exhibits and words; empty when nothing does."""

    against: list[Uncovered]
    numbers: frozenset[int]

    @property
    def words_covered(self) -> bool:
        """What is written may be given."""
        return not any(one.in_words for one in self.against)

    def covers(self, exhibit: Exhibit) -> bool:
        """This one may be given."""
        return exhibit.number not in self.numbers


def ends_first() -> date:
    """The earliest day that has not ended anywhere (UTC+14), and never before the newest event.

    What held until a day before it is over; so the database counts, too.
    """
    newest = CustodyEvent.objects.order_by("-pk").values_list("at", flat=True).first()
    now = timezone.now()
    if newest:
        now = max(now, datetime.fromisoformat(newest))
    return (now.astimezone(UTC) + FIRST_ZONE).date()


def coverage(
    submission: Submission,
    unit: Unit | None,
    *,
    exhibits: Iterable[Exhibit],
    copies: Iterable[Exhibit] = (),
    words: bool = True,
    purpose: Purpose = Purpose.REFERRAL,
) -> Coverage:
    """What stands against giving this, now; two queries for any number of exhibits and people.

    Of `copies` a redacted copy is given, of `exhibits` the original. `unit` is None for the
    Secretariat, with a purpose that is its own.
    """
    originals = {one.pk: one.number for one in exhibits}
    redacted = {one.pk: one.number for one in copies}
    found = originals | redacted
    given = [submission.pk, unit.pk if unit else None, purpose.value]
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [*given, list(originals), words, list(redacted)])
        rows: list[tuple[int | None, int | None, str]] = cursor.fetchall()
    links = {
        link.pk: link
        for link in Link.objects.filter(pk__in={row[1] for row in rows if row[1]}).select_related(
            "person"
        )
    }
    places: dict[tuple[str, int | None], list[int | None]] = {}
    for exhibit, link, missing in rows:
        places.setdefault((missing, link), []).append(exhibit)
    against = [
        Uncovered(
            missing,
            links[link] if link else None,
            tuple(sorted(found[one] for one in where if one is not None)),
            in_words=None in where,
        )
        for (missing, link), where in places.items()
    ]
    numbers = frozenset(found[row[0]] for row in rows if row[0] is not None)
    return Coverage(against, numbers)
