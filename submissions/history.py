"""What the custody log says of a submission to the partner that provides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from custody import history
from custody.history import read_text
from custody.models import CustodyEvent, EventText
from submissions.events import Event
from submissions.models import Exhibit, Identity, Submission

# Told by an event of its own, which says whose it was.
_IDENTITY = Q(type="custody.opening.opened", on__startswith=f"{Identity.custody_label}:")
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


@dataclass(frozen=True)
class Note:
    """What an approver asked for when sending a draft back."""

    words: str
    by: str
    at: datetime


def notes_of(found: Iterable[Submission]) -> dict[int, Note]:
    """By primary key: drafts that came back and were not offered again. Two queries for any number."""
    targets = {f"{one.custody_label}:{one.reference}": one.pk for one in found}
    asked = [Event.SENT_BACK, Event.MADE_READY, Event.SUPPLEMENT_BEGUN]
    newest = (
        CustodyEvent.objects.filter(on__in=targets, type__in=asked)
        .order_by("on", "-id")
        .distinct("on")
    )
    back = {event.pk: event for event in newest if event.type == Event.SENT_BACK}
    texts: dict[int, dict[str, str]] = {}
    for text in EventText.objects.filter(event__in=back):
        texts.setdefault(text.event_id, {})[text.name] = read_text(text) or ""
    return {
        targets[event.on]: Note(
            words=texts.get(pk, {}).get(EventText.Name.REASON, ""),
            by=texts.get(pk, {}).get(EventText.Name.ACTOR, ""),
            at=datetime.fromisoformat(event.at),
        )
        for pk, event in back.items()
    }


def events_of(exhibit: Exhibit) -> QuerySet[CustodyEvent]:
    """What its own partner and the portal did with one exhibit, newest first.

    A recipient's openings are on the same exhibit in the log: they are not told here (R3, R5).
    """
    return history.events_of(exhibit).filter(partner__in=[exhibit.submission.partner.reference, ""])


def _own(submission: Submission) -> QuerySet[CustodyEvent]:
    """By this partner or the portal only: what others do is told by referrals (R5)."""
    return (
        CustodyEvent.objects.filter(submission=submission.reference)
        .filter(_OWN, partner__in=[submission.partner.reference, ""])
        .exclude(_IDENTITY)
        .order_by("-id")
    )
