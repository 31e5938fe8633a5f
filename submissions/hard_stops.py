"""What is never sent here, and whom to call instead (DESIGN 5.2)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from impna.errors import NotNow
from partners import roles
from partners.models import Partner, Unit
from submissions.models import Exhibit, Submission
from submissions.vocabularies import ContentMarker, Delivery

# Marked like this, an exhibit has no bytes here: it is described, and stays where it is.
NEVER_HERE = frozenset({ContentMarker.PRIVILEGED, ContentMarker.EUCI})
SHOWN = 50


def may_not_be_here(exhibit: Exhibit, markers: Iterable[str]) -> bool:
    """Its file was sent here, or is about to be, and it is marked as what is never kept here."""
    return exhibit.delivery == Delivery.PORTAL and bool(NEVER_HERE & set(markers))


def check_takes_files(submission: Submission) -> None:
    """Raise NotNow until the question before the first file is answered."""
    if not submission.takes_files:
        raise NotNow(_("Answer first whether any of it is of a kind that is never sent here."))


def check_may_be_here(exhibit: Exhibit, markers: Iterable[str]) -> None:
    """Raise NotNow when its file is here but it is marked as what is never kept here."""
    if may_not_be_here(exhibit, markers):
        words = _("%(exhibit)s has its file here. Take it out, then describe it as held.")
        raise NotNow(words % {"exhibit": exhibit})


def lines_to_call() -> list[Unit]:
    """Units that take referrals straight from organisations and say how to be reached at once."""
    found = Unit.objects.filter(
        partner__kind__in=[roles.AUTHORITY, roles.MECHANISM],
        partner__status=Partner.Status.ACTIVE,
        partner__locked_at__isnull=True,
        takes_direct_intake=True,
    ).exclude(on_call="")
    return list(
        found.select_related("partner").order_by("partner__name", "partner_id", "name")[:SHOWN]
    )
