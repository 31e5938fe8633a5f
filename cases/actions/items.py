"""Exhibits become items of a referral, as originals or as redacted copies."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.events import Event
from cases.giving import ToGive, lacking
from cases.models import Referral, ReferralItem
from custody import log
from partners.models import User
from submissions.models import Version


@transaction.atomic
def give(
    *,
    referral: Referral,
    version: Version,
    wanted: Iterable[ToGive],
    more: dict[str, log.Datum] | None = None,
    by: User,
) -> list[ToGive]:
    """Make them items of the referral, and return those that it did not have.

    Another form of an exhibit takes the place of the one that was given. Callers hold the locks of
    submission and referral, and have asked whether it is covered; the database asks again. `more`
    goes into the event.
    """
    new, now = lacking(referral, wanted), timezone.now()
    if not new:
        return []
    before = referral.items.live().filter(exhibit__in=[one.exhibit for one in new])
    before.update(ended_at=now, ended_by=by)
    ReferralItem.objects.bulk_create(
        ReferralItem(
            referral=referral,
            version=version,
            exhibit=one.exhibit,
            copy=one.copy,
            given_by=by,
            given_at=now,
        )
        for one in new
    )
    data: dict[str, log.Datum] = {
        "version": version.number,
        "exhibits": list[log.Datum](sorted(one.exhibit.number for one in new)),
        **(more or {}),
    }
    if copies := sorted(one.exhibit.number for one in new if one.copy):
        data["redacted"] = list[log.Datum](copies)
    log.record(
        Event.ITEMS_GIVEN, on=referral, by=by, submission=referral.submission.reference, data=data
    )
    return new
