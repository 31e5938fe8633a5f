"""Standing exclusions of an organisation: "never to" a State or a partner (DESIGN 4)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import Partner, User
from submissions import policies
from submissions.countries import CODES
from submissions.events import Event
from submissions.models import StandingExclusion


@transaction.atomic
def exclude(
    *, state: str = "", body: Partner | None = None, reason: str, by: User
) -> StandingExclusion:
    """From now on nothing of this organisation goes there: a State by its code, or one partner."""
    policies.check_can_exclude(by)
    # Two at once say it once, and the second is told.
    Partner.objects.select_for_update().get(pk=by.partner_id)
    if bool(state) == bool(body) or (state and state not in CODES):
        raise NotAllowed(_("Choose one State, or one authority or mechanism."))
    if body is not None and not body.receives_referrals:
        raise NotAllowed(_("Only authorities and mechanisms receive anything."))
    live = StandingExclusion.objects.visible_to(by).live()
    if live.filter(state=state, body=body).exists():
        raise NotNow(_("Nothing goes there already."))
    exclusion = StandingExclusion.objects.create(
        partner=by.partner, state=state, body=body, made_by=by, made_at=timezone.now()
    )
    _record(Event.EXCLUDED, exclusion, by, reason)
    return exclusion


@transaction.atomic
def lift(*, exclusion: StandingExclusion, reason: str, by: User) -> StandingExclusion:
    """It may be given something again, as far as its reach and each person's word allow."""
    policies.check_can_exclude(by)
    exclusion = (
        StandingExclusion.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("partner", "body")
        .get(pk=exclusion.pk)
    )
    if exclusion.ended_at is not None:
        raise NotNow(_("This has been lifted already."))
    exclusion.ended_by, exclusion.ended_at = by, timezone.now()
    exclusion.save(update_fields=["ended_by", "ended_at"])
    _record(Event.EXCLUSION_LIFTED, exclusion, by, reason)
    return exclusion


def _record(event: Event, exclusion: StandingExclusion, by: User, reason: str) -> None:
    body = exclusion.body.reference if exclusion.body else ""
    log.record(
        event, on=exclusion, by=by, reason=reason, data={"state": exclusion.state, "body": body}
    )
