"""The two ledgers of a referral, and the life of requests and advice (vocabularies V9a, V9b).

Status is what the CSO sees. Internal states are the unit's alone: they change no byte of any page
of anyone else (R5). Silence past a date is computed, never a state.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.errors import NotNow
from partners import roles


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
    PROVIDER = "provider", _("The sender")
    ADVISER = "adviser", _("An adviser of the Secretariat")
    NOBODY = "nobody", _("Nobody")


_HEAD = frozenset({roles.HeadOfUnit.code})
_APPROVER = frozenset({roles.Approver.code})
_ADVISER = frozenset({roles.Adviser.code})
_PORTAL = frozenset({roles.PORTAL})
_RECALL = {Status.RECALLED: _APPROVER}
_OVER = dict.fromkeys((Status.DECLINED, Status.ENDED), _HEAD)
_DECISIONS = {Status.RETAINED: _HEAD} | _OVER
# To what, by whom: codes of roles; the approver is the sender's.
TRANSITIONS: dict[Status, dict[Status, frozenset[str]]] = {
    Status.SENT: {Status.RECEIVED: _HEAD | {roles.ContactPoint.code}, **_RECALL},
    Status.RECEIVED: {
        Status.COLLECTED: _HEAD,
        Status.BEING_LOOKED_AT: _HEAD,
        **_DECISIONS,
        **_RECALL,
    },
    Status.COLLECTED: {Status.BEING_LOOKED_AT: _HEAD, **_DECISIONS, **_RECALL},
    Status.BEING_LOOKED_AT: {**_DECISIONS, **_RECALL},
    Status.RETAINED: {**_OVER, **_RECALL},
    Status.DECLINED: {**_RECALL},
    Status.ENDED: {**_RECALL},
    Status.RECALLED: {},
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
# It is over for the sender or for the recipient; what became of what was given is still owed.
OVER = frozenset({Status.RECALLED, Status.DECLINED, Status.ENDED})
# While one of these holds, conditions of the sender are answered.
ANSWERING = frozenset({Status.RECEIVED, Status.COLLECTED, Status.BEING_LOOKED_AT, Status.RETAINED})


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
# How long before its end a sender is reminded of a request.
REQUEST_SOON = timedelta(days=3)
REQUEST_TRANSITIONS: dict[RequestStatus, dict[RequestStatus, frozenset[str]]] = {
    RequestStatus.ASKED: {
        RequestStatus.ANSWERED: _APPROVER,
        RequestStatus.DECLINED: _APPROVER,
        RequestStatus.LAPSED: _PORTAL,
    },
    RequestStatus.ANSWERED: {},
    RequestStatus.DECLINED: {},
    RequestStatus.LAPSED: {},
}
REQUEST_OWNERS: dict[RequestStatus, Party] = dict.fromkeys(RequestStatus, Party.NOBODY) | {
    RequestStatus.ASKED: Party.PROVIDER
}
REQUEST_DUE_AFTER: dict[RequestStatus, timedelta | None] = dict.fromkeys(RequestStatus) | {
    RequestStatus.ASKED: REQUEST_LASTS
}

ADVICE_WITHIN = timedelta(days=7)
# Whatever became of a question, the choice is the approver's: the submission's own state waits on it.
ADVICE_TRANSITIONS: dict[AdviceStatus, dict[AdviceStatus, frozenset[str]]] = {
    AdviceStatus.ASKED: {
        AdviceStatus.ADVISED: _ADVISER,
        AdviceStatus.ADVISED_ELSEWHERE: _ADVISER,
        AdviceStatus.LAPSED: _PORTAL,
    },
    AdviceStatus.ADVISED: {},
    AdviceStatus.ADVISED_ELSEWHERE: {},
    AdviceStatus.LAPSED: {},
}
ADVICE_OWNERS: dict[AdviceStatus, Party] = dict.fromkeys(AdviceStatus, Party.NOBODY) | {
    AdviceStatus.ASKED: Party.ADVISER
}
ADVICE_DUE_AFTER: dict[AdviceStatus, timedelta | None] = dict.fromkeys(AdviceStatus) | {
    AdviceStatus.ASKED: ADVICE_WITHIN
}


def check_transition(current: str, to: Status) -> None:
    """Raise NotNow unless a referral in `current` can become `to`."""
    if to not in TRANSITIONS[Status(current)]:
        raise NotNow(
            _("This referral is “%(now)s”; it cannot become “%(to)s” from there.")
            % {"now": Status(current).label, "to": to.label}
        )


def check_request(current: str, to: RequestStatus) -> None:
    """Raise NotNow unless an information request in `current` can become `to`."""
    if to not in REQUEST_TRANSITIONS[RequestStatus(current)]:
        raise NotNow(_("This request is not open any more."))


def check_advice(current: str, to: AdviceStatus) -> None:
    """Raise NotNow unless a question in `current` can become `to`."""
    if to not in ADVICE_TRANSITIONS[AdviceStatus(current)]:
        raise NotNow(_("This question is not open any more."))
