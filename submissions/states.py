"""The life of a submission and of an exhibit's file (vocabularies V9a, DESIGN 5.3).

A draft is `draft` while documenters work on it and `ready` while an approver checks it. What was
handed over becomes `draft` again for a supplement; its earlier versions stay as they are (R1).
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.errors import NotNow


class Status(models.TextChoices):
    """Of a submission. What happens after hand-over is told by its referrals."""

    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready for an approver")
    HANDED_OVER = "handed_over", _("Handed over")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ERASED = "erased", _("Erased")


class Party(models.TextChoices):
    """On whom a state waits."""

    DOCUMENTER = "documenter", _("The documenter")
    APPROVER = "approver", _("An approver")
    RECIPIENTS = "recipients", _("The recipients")
    LEAD = "lead", _("The data-protection lead")
    NOBODY = "nobody", _("Nobody")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.READY, Status.HANDED_OVER, Status.WITHDRAWN},
    Status.READY: {Status.DRAFT, Status.HANDED_OVER, Status.WITHDRAWN},
    Status.HANDED_OVER: {Status.DRAFT, Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.ERASED},
    Status.ERASED: set(),
}
OWNERS: dict[Status, Party] = {
    Status.DRAFT: Party.DOCUMENTER,
    Status.READY: Party.APPROVER,
    Status.HANDED_OVER: Party.RECIPIENTS,
    Status.WITHDRAWN: Party.LEAD,
    Status.ERASED: Party.NOBODY,
}
DUE_AFTER: dict[Status, timedelta | None] = {
    Status.DRAFT: timedelta(days=30),
    Status.READY: timedelta(days=7),
    Status.HANDED_OVER: timedelta(days=7),
    Status.WITHDRAWN: timedelta(days=14),
    Status.ERASED: None,
}


class FileState(models.TextChoices):
    """Of the file of an exhibit that is delivered through the portal."""

    NONE = "none", _("No file here")
    SENDING = "sending", _("Being sent")
    CHECKING = "checking", _("Received, being checked")
    SEALED = "sealed", _("Sealed")
    FAILED = "failed", _("Failed")


class Scan(models.TextChoices):
    """What the scanner said of a sealed file."""

    AWAITED = "awaited", _("Not examined yet")
    CLEAN = "clean", _("Nothing found")
    INFECTED = "infected", _("Harmful: quarantined")
    NOT_SCANNED = "not_scanned", _("Not scanned")


def check_transition(current: str, to: Status) -> None:
    """Raise NotNow unless a submission in `current` can become `to`."""
    if to not in TRANSITIONS[Status(current)]:
        raise NotNow(
            _("This submission is “%(now)s”; that is not possible now.")
            % {"now": Status(current).label}
        )
