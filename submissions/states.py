"""The life of a submission and of an exhibit's file (vocabularies V9a, DESIGN 5.3).

A draft is `draft` while documenters work on it and `ready` while an approver checks it. What was
handed over becomes `draft` again for a supplement; its earlier versions stay as they are (R1).
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.errors import NotNow
from partners import roles


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
    PORTAL = "portal", _("The portal")
    NOBODY = "nobody", _("Nobody")


_DOCUMENTER = frozenset({roles.Documenter.code})
_APPROVER = frozenset({roles.Approver.code})
_EITHER = _DOCUMENTER | _APPROVER
_PORTAL = frozenset({roles.PORTAL})
# To what, by whom: codes of roles. Any change takes a draft back from the approver, who may also
# send it back; a documenter gives a supplement up, and what was handed over stays so.
TRANSITIONS: dict[Status, dict[Status, frozenset[str]]] = {
    Status.DRAFT: {
        Status.READY: _DOCUMENTER,
        Status.HANDED_OVER: _EITHER,
        Status.WITHDRAWN: _APPROVER,
    },
    Status.READY: {
        Status.DRAFT: _EITHER,
        Status.HANDED_OVER: _EITHER,
        Status.WITHDRAWN: _APPROVER,
    },
    Status.HANDED_OVER: {Status.DRAFT: _DOCUMENTER, Status.WITHDRAWN: _APPROVER},
    Status.WITHDRAWN: {Status.ERASED: frozenset({roles.DataProtectionLead.code})},
    Status.ERASED: {},
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
# What is kept after a withdrawal is looked at again, with its reason.
REVIEW_AFTER = timedelta(days=3 * 365)


class FileState(models.TextChoices):
    """Of the file of an exhibit that is delivered through the portal."""

    NONE = "none", _("No file here")
    SENDING = "sending", _("Being sent")
    CHECKING = "checking", _("Received, being checked")
    SEALED = "sealed", _("Sealed")
    FAILED = "failed", _("Failed")


# What failed is sent again as another exhibit, or taken out: its own life has ended.
FILE_TRANSITIONS: dict[FileState, dict[FileState, frozenset[str]]] = {
    FileState.NONE: {},
    FileState.SENDING: {FileState.CHECKING: _DOCUMENTER, FileState.FAILED: _PORTAL},
    FileState.CHECKING: {FileState.SEALED: _PORTAL, FileState.FAILED: _PORTAL},
    FileState.SEALED: {},
    FileState.FAILED: {},
}
FILE_OWNERS: dict[FileState, Party] = {
    FileState.NONE: Party.NOBODY,
    FileState.SENDING: Party.DOCUMENTER,
    FileState.CHECKING: Party.PORTAL,
    FileState.SEALED: Party.NOBODY,
    FileState.FAILED: Party.DOCUMENTER,
}
# An upload lasts so long after its last byte; making it whole takes minutes, and whoever runs the
# portal looks after a day; what failed has the date of its draft.
FILE_DUE_AFTER: dict[FileState, timedelta | None] = {
    FileState.NONE: None,
    FileState.SENDING: timedelta(days=7),
    FileState.CHECKING: timedelta(days=1),
    FileState.SEALED: None,
    FileState.FAILED: DUE_AFTER[Status.DRAFT],
}


class Scan(models.TextChoices):
    """What the scanner said of a sealed file."""

    AWAITED = "awaited", _("Not examined yet")
    CLEAN = "clean", _("Nothing found")
    INFECTED = "infected", _("Harmful: quarantined")
    NOT_SCANNED = "not_scanned", _("Not scanned")


class CopyState(models.TextChoices):
    """Of a redacted copy, as pages say it."""

    MAKING = "making", _("Being made")
    FAILED = "failed", _("Could not be made")
    INFECTED = "infected", _("Harmful: quarantined")
    TO_CONFIRM = "to_confirm", _("To be looked at")
    CONFIRMED = "confirmed", _("Confirmed")
    TAKEN_BACK = "taken_back", _("Taken back")


def check_transition(current: str, to: Status) -> None:
    """Raise NotNow unless a submission in `current` can become `to`."""
    if to not in TRANSITIONS[Status(current)]:
        raise NotNow(
            _("This submission is “%(now)s”; that is not possible now.")
            % {"now": Status(current).label}
        )
