"""What the custody log says of a submission to the partner that provides it."""

from django.db.models import Q, QuerySet

from custody.models import CustodyEvent
from submissions.events import Event
from submissions.models import Submission

# Working on a draft opens its words and the way for files again and again.
ROUTINE = Q(type=Event.UPLOADING_ALLOWED) | Q(
    type="custody.opening.opened", on__startswith="submissions.submission:"
)
_OWN = Q(type__startswith="submissions.") | Q(type="custody.opening.opened")


def changes_of(submission: Submission) -> QuerySet[CustodyEvent]:
    """What its own partner and the portal did with it and its exhibits, newest first."""
    return _own(submission).exclude(ROUTINE)


def routine_of(submission: Submission) -> QuerySet[CustodyEvent]:
    """Who worked on the draft when: its words opened, the way for files opened."""
    return _own(submission).filter(ROUTINE)


def _own(submission: Submission) -> QuerySet[CustodyEvent]:
    """By this partner or the portal only: what others do is told by referrals (R5)."""
    return (
        CustodyEvent.objects.filter(submission=submission.reference)
        .filter(_OWN, partner__in=[submission.partner.reference, ""])
        .order_by("-id")
    )
