"""Units of authorities and mechanisms: their names, intake rules and on-call route."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed
from partners import policies
from partners.events import Event
from partners.models import Partner, Unit, User

type Profile = dict[str, str | int | bool]
"""name, takes_direct_intake, feedback_days, on_call, standing_text, no_discretion."""


@transaction.atomic
def add(*, partner: Partner, profile: Profile, by: User) -> Unit:
    """A manager adds a unit that referrals can be addressed to."""
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    policies.check_can_manage_members(by, partner)
    if not partner.receives_referrals:
        raise NotAllowed(_("Only authorities and mechanisms have units."))
    unit = Unit.objects.create(partner=partner, added_at=timezone.now(), **profile)
    log.record(Event.UNIT_ADDED, on=unit, by=by, data=_published(unit))
    return unit


@transaction.atomic
def change(*, unit: Unit, profile: Profile, by: User) -> Unit:
    """A manager or contact point changes the unit's profile and intake rules."""
    unit = Unit.objects.select_for_update(of=("self",)).select_related("partner").get(pk=unit.pk)
    policies.check_can_change_unit(by, unit.partner)
    for field, value in profile.items():
        setattr(unit, field, value)
    unit.save(update_fields=list(profile))
    log.record(Event.UNIT_CHANGED, on=unit, by=by, data=_published(unit))
    return unit


def _published(unit: Unit) -> dict[str, log.Datum]:
    return {
        "takes_direct_intake": unit.takes_direct_intake,
        "feedback_days": unit.feedback_days,
        "no_discretion": unit.no_discretion,
    }
