"""Why someone of the providing partner may open what it provided."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import connection

from custody.log import Actor, Target
from impna.db import partly
from partners.models import User
from submissions import policies
from submissions.models import Exhibit, Identity, Redaction, Submission
from submissions.vocabularies import Recognisable

_FIND = """
    SELECT exhibit.id, exhibit.submission_id, exhibit.scan, exhibit.recognisable,
           submission.reference
    FROM submissions_exhibit exhibit
    JOIN submissions_submission submission ON submission.id = exhibit.submission_id
    WHERE exhibit.reference = %s AND exhibit.removed_at IS NULL
"""
_FOUND = ("id", "submission_id", "scan", "recognisable")


@dataclass(frozen=True)
class Words:
    """The sealed texts of a submission's exhibits (names, descriptions) as one thing to open."""

    submission: Submission
    custody_label: ClassVar[str] = Submission.custody_label

    @property
    def reference(self) -> str:
        """The submission's."""
        return self.submission.reference

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.submission.reference


def own_partner(target: Target, by: Actor) -> str | None:
    """A member who may see the submission opens its exhibits and words; nobody what is quarantined.

    Originals in which someone can be recognised, or of which nobody said, need another permission
    (DESIGN 6): readers open redacted copies.
    """
    if isinstance(target, Redaction):
        return _own_redaction(target, by)
    if not isinstance(target, Exhibit | Words) or not isinstance(by, User):
        return None
    if not policies.holds(by, target.submission, "view_submission"):
        return None
    if isinstance(target, Exhibit) and not _may_have(by, target):
        return None
    return "own partner"


def _may_have(by: User, exhibit: Exhibit) -> bool:
    if exhibit.scan == "infected":
        return False
    shows_nobody = exhibit.recognisable == Recognisable.NOBODY
    return shows_nobody or policies.holds(by, exhibit.submission, "identify_submission")


def _own_redaction(target: Redaction, by: Actor) -> str | None:
    """The same of a redacted copy; nobody opens one that was taken back."""
    if not isinstance(by, User) or target.taken_back_at is not None or target.scan == "infected":
        return None
    may = policies.holds(by, target.exhibit.submission, "view_submission")
    return "own partner" if may else None


def find_redaction(reference: str) -> Redaction | None:
    """The redacted copy a permit names."""
    found: Redaction | None = (
        Redaction.objects.select_related("exhibit__submission")
        .filter(reference=reference, exhibit__removed_at__isnull=True)
        .first()
    )
    return found


def identity(target: Target, by: Actor) -> str | None:
    """A data-protection lead of the organisation that keeps it; nobody else, on no other basis."""
    if not isinstance(target, Identity) or not isinstance(by, User):
        return None
    may = policies.holds(by, target.person.submission, "view_identity")
    return "data-protection lead" if may and target.ended_at is None else None


def find_exhibit(reference: str) -> Exhibit | None:
    """The exhibit a permit names; only what is asked of it at every range is read."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [reference])
        row = cursor.fetchone()
    if row is None:
        return None
    exhibit = partly(Exhibit, {"reference": reference, **dict(zip(_FOUND, row[:4], strict=True))})
    exhibit.submission = partly(Submission, {"id": exhibit.submission_id, "reference": row[4]})
    return exhibit


def find_words(reference: str) -> Words | None:
    """The submission a permit names."""
    submission = Submission.objects.filter(reference=reference).first()
    return Words(submission) if submission else None
