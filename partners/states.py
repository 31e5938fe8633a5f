"""The life of a partner: applied, vetted by two, invited, active (DESIGN 5.1)."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.errors import NotNow, Sentence
from partners import roles


class Status(models.TextChoices):
    APPLIED = "applied", _("Applied")
    VETTING = "vetting", _("Vetting")
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left")
    REFUSED = "refused", _("Refused")


class Party(models.TextChoices):
    """On whom a state waits."""

    SECRETARIAT = "secretariat", _("The Secretariat")
    PARTNER = "partner", _("The partner")
    NOBODY = "nobody", _("Nobody")


_COORDINATOR = frozenset({roles.Coordinator.code})
# To what, by whom: codes of roles. A second coordinator answers what the first found or suspended.
TRANSITIONS: dict[Status, dict[Status, frozenset[str]]] = {
    Status.APPLIED: {Status.VETTING: _COORDINATOR},
    Status.VETTING: {Status.INVITED: _COORDINATOR, Status.REFUSED: _COORDINATOR},
    Status.INVITED: {
        Status.ACTIVE: frozenset({roles.Manager.code}),
        Status.LEFT: _COORDINATOR,
    },
    Status.ACTIVE: {Status.SUSPENDED: _COORDINATOR, Status.LEFT: _COORDINATOR},
    Status.SUSPENDED: {Status.ACTIVE: _COORDINATOR, Status.LEFT: _COORDINATOR},
    Status.LEFT: {},
    Status.REFUSED: {},
}

OWNERS: dict[Status, Party] = {
    Status.APPLIED: Party.SECRETARIAT,
    Status.VETTING: Party.SECRETARIAT,
    Status.INVITED: Party.PARTNER,
    Status.ACTIVE: Party.SECRETARIAT,
    Status.SUSPENDED: Party.SECRETARIAT,
    Status.LEFT: Party.NOBODY,
    Status.REFUSED: Party.NOBODY,
}

# How long the owner has. An active partner waits for its yearly review.
DUE_AFTER: dict[Status, timedelta | None] = {
    Status.APPLIED: timedelta(days=14),
    Status.VETTING: timedelta(days=14),
    Status.INVITED: timedelta(days=30),
    Status.ACTIVE: timedelta(days=365),
    Status.SUSPENDED: timedelta(days=60),
    Status.LEFT: None,
    Status.REFUSED: None,
}

# What the owner does next, as a sentence for the list.
NEXT_STEP: dict[Status, Sentence] = {
    Status.APPLIED: _("record a vetting"),
    Status.VETTING: _("second finding"),
    Status.INVITED: _("accept the terms"),
    Status.ACTIVE: _("yearly review"),
    Status.SUSPENDED: _("reinstate or end"),
    Status.LEFT: "",
    Status.REFUSED: "",
}

UNSETTLED = (Status.APPLIED, Status.VETTING, Status.INVITED, Status.SUSPENDED)
ENDED = (Status.LEFT, Status.REFUSED)


def check_transition(current: str, to: Status) -> None:
    """Raise NotNow unless a partner in `current` can become `to`."""
    if to not in TRANSITIONS[Status(current)]:
        raise NotNow(
            _("This partner is “%(now)s”; it cannot become “%(to)s” from there.")
            % {"now": Status(current).label, "to": to.label}
        )
