"""More of a version for a recipient that has it: with an answer, or again after it was taken back.

It is given as at first: the same checks, conditions and triggers.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import handling, items, terms
from cases.actions.referrals import locked_referral
from cases.giving import ToGive, choose, lacking
from cases.models import Referral
from cases.vocabularies import Mode
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.actions.organisations import current_reach
from partners.models import User
from submissions.actions import risks, versions
from submissions.actions.drafts import locked
from submissions.coverage import coverage
from submissions.models import Exhibit


@transaction.atomic
def give_again(*, referral: Referral, exhibits: Sequence[Exhibit], by: User) -> Referral:
    """What was taken back of a recipient, because of somebody's word, and is covered anew.

    Raises NotAllowed for anything else. What it said, or owes, of the recall stays as it is.
    """
    submission = locked(referral.submission)
    referral = locked_referral(referral)
    policies.check_is_sender(by, referral)
    risks.check_looked_at(submission)
    offered = {exhibit.pk for exhibit in again_covered(referral)}
    if not exhibits or {exhibit.pk for exhibit in exhibits} - offered:
        raise NotAllowed(_("Only what was taken back, and may be given now, is given again."))
    give(referral, choose(exhibits), by, {"again": True, "risks": submission.risks.live().count()})
    notifications.given_again(referral)
    return referral


def again_covered(referral: Referral) -> list[Exhibit]:
    """Of what was taken back: what it does not hold, its version still has, and words cover now."""
    if not referral.is_readable or referral.mode == Mode.ALERT:
        return []
    there = referral.items.live().values("exhibit")
    back = referral.items.filter(recalls__isnull=False).exclude(exhibit__in=there)
    there_now = referral.version.items.there().filter(exhibit__in=back.values("exhibit"))
    found = [
        item.exhibit for item in there_now.select_related("exhibit").order_by("exhibit__number")
    ]
    if not found:
        return []
    wanted = choose(found)
    covered = coverage(
        referral.submission,
        referral.unit,
        exhibits=[one.exhibit for one in wanted if one.copy is None],
        copies=[one.exhibit for one in wanted if one.copy],
    )
    return [one for one in found if covered.words_covered and covered.covers(one)]


def give(
    referral: Referral, wanted: Sequence[ToGive], by: User, data: dict[str, log.Datum]
) -> None:
    """The caller holds the locks. What it holds already stays; `data` goes into the event."""
    if referral.mode == Mode.ALERT:
        raise NotNow(_("This recipient was only alerted; give it the version first."))
    exhibits = {one.exhibit.pk for one in wanted}
    there_now = referral.version.items.there().filter(exhibit__in=exhibits)
    if set(there_now.values_list("exhibit", flat=True)) != exhibits:
        raise NotAllowed(_("Only what was handed over can be given; make a supplement first."))
    new = lacking(referral, wanted)
    if new:
        policies.check_not_excluded(referral.submission, referral.unit)
        reach = current_reach(referral.unit.partner)
        policies.check_can_send(by, referral.unit, referral.mode, reach)
        policies.check_covered(referral.submission, referral.unit, new)
    versions.declare(version=referral.version, unit=referral.unit, by=by)
    if items.give(referral=referral, version=referral.version, wanted=new, more=data, by=by):
        handling.ask(referral, referral.version)
        terms.ask(referral, referral.version)
