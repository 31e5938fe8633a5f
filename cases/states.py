"""The two ledgers of a referral, and the life of requests and advice (vocabularies V9a, V9b).

Status is what the CSO sees. Internal states are the unit's alone: they change no byte of any page
of anyone else (R5). Silence past a date is computed, never a state.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.errors import NotNow


class Status(models.TextChoices):
    """What a recipient has published about a referral."""

    SENT = "sent", _("Sent")
    RECEIVED = "received", _("Received")
    COLLECTED = "collected", _("Collected")
    BEING_LOOKED_AT = "being_looked_at", _("Being looked at")
    RETAINED = "retained", _("Retained")
    DECLINED = "declined", _("Declined")
    ENDED = "ended", _("Ended")
    RECALLED = "recalled", _("Recalled")


class Party(models.TextChoices):
    """On whom a state waits."""

    RECIPIENT = "recipient", _("The recipient")
    PROVIDER = "provider", _("The organisation that asked")
    ADVISER = "adviser", _("An adviser of the Secretariat")
    NOBODY = "nobody", _("Nobody")


_DECISIONS = {Status.RETAINED, Status.DECLINED, Status.ENDED}
TRANSITIONS: dict[Status, set[Status]] = {
    Status.SENT: {Status.RECEIVED, Status.RECALLED},
    Status.RECEIVED: {
        Status.COLLECTED,
        Status.BEING_LOOKED_AT,
        *_DECISIONS,
        Status.RECALLED,
    },
    Status.COLLECTED: {Status.BEING_LOOKED_AT, *_DECISIONS, Status.RECALLED},
    Status.BEING_LOOKED_AT: {*_DECISIONS, Status.RECALLED},
    Status.RETAINED: {Status.DECLINED, Status.ENDED, Status.RECALLED},
    Status.DECLINED: {Status.RECALLED},
    Status.ENDED: {Status.RECALLED},
    Status.RECALLED: set(),
}
# Until access has ended and the recipient has said what became of it: a dated fact, not a state.
OWNERS: dict[Status, Party] = dict.fromkeys(Status, Party.RECIPIENT)
# Feedback follows the unit's own interval where there is one; these are its bounds (DESIGN 5.8).
FEEDBACK = timedelta(days=180)
DUE_AFTER: dict[Status, timedelta] = {
    Status.SENT: timedelta(days=7),
    Status.RECEIVED: FEEDBACK,
    Status.COLLECTED: FEEDBACK,
    Status.BEING_LOOKED_AT: FEEDBACK,
    Status.RETAINED: FEEDBACK,
    Status.DECLINED: timedelta(days=30),
    Status.ENDED: timedelta(days=30),
    Status.RECALLED: timedelta(days=14),
}
# While one of these holds, the recipient reads what it was given.
OPEN = frozenset(set(Status) - {Status.RECALLED})
# While one of these holds, an answer or feedback is owed by a date.
OWED = frozenset(
    {Status.SENT, Status.RECEIVED, Status.COLLECTED, Status.BEING_LOOKED_AT, Status.RETAINED}
)


class Internal(models.TextChoices):
    """Seen by the unit alone. Any may follow any; each has its date."""

    NONE = "none", _("Not assessed yet")
    UNDER_ASSESSMENT = "under_assessment", _("Under assessment")
    LINKED = "linked", _("Linked to existing proceedings")
    STRUCTURAL = "structural", _("Structural investigation")
    NEW_INVESTIGATION = "new_investigation", _("New investigation")
    JIT = "jit", _("JIT or coordination")
    FORWARDED = "forwarded", _("Forwarded within the State")
    ON_HOLD = "on_hold", _("On hold")


class RequestStatus(models.TextChoices):
    """Of an information request; there is no “collect new”."""

    ASKED = "asked", _("Asked")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Not answered, with a reason")
    LAPSED = "lapsed", _("Lapsed")


class AdviceStatus(models.TextChoices):
    """Of a question to the Secretariat."""

    ASKED = "asked", _("Asked")
    ADVISED = "advised", _("Advised")
    ADVISED_ELSEWHERE = "advised_elsewhere", _("Advised: another forum")
    LAPSED = "lapsed", _("Lapsed")


REQUEST_LASTS = timedelta(days=30)
ADVICE_WITHIN = timedelta(days=7)


def check_transition(current: str, to: Status) -> None:
    """Raise NotNow unless a referral in `current` can become `to`."""
    if to not in TRANSITIONS[Status(current)]:
        raise NotNow(
            _("This referral is “%(now)s”; it cannot become “%(to)s” from there.")
            % {"now": Status(current).label, "to": to.label}
        )
