"""What a recipient does first: acknowledge, answer conditions, open, publish where it stands."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import words
from cases.actions.referrals import due_on, locked_referral
from cases.events import Event
from cases.marked import marked
from cases.models import Condition, Referral, ReferralItem
from cases.openings import Package
from cases.states import Status, check_transition
from cases.vocabularies import ConditionAnswer
from custody import log, vault
from custody.models import Opening
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.graphic import check_chosen
from submissions.vocabularies import ContentMarker

# What a recipient publishes by itself; decisions have reasons and an action of their own.
PUBLISHABLE = (Status.COLLECTED, Status.BEING_LOOKED_AT)
_ANSWERS = (ConditionAnswer.ACCEPT, ConditionAnswer.AS_LAW_ALLOWS, ConditionAnswer.CANNOT)


@transaction.atomic
def acknowledge(*, referral: Referral, by: User) -> Referral:
    """Say that it has arrived. A second time changes nothing and is refused."""
    referral = locked_referral(referral)
    policies.check_can_acknowledge(by, referral)
    return become(referral, Status.RECEIVED, by)


@transaction.atomic
def publish(*, referral: Referral, to: str, by: User) -> Referral:
    """Tell the sender that it was collected, or is being looked at."""
    referral = locked_referral(referral)
    policies.check_can_decide(by, referral)
    if to not in PUBLISHABLE:
        raise NotAllowed(_("Choose from the list."))
    return become(referral, Status(to), by)


@transaction.atomic
def answer_condition(*, condition: Condition, answer: str, remark: str = "", by: User) -> Condition:
    """Accept, accept as far as the law allows (with the unit's standing text), or not.

    One that cannot be accepted goes back to the sender, and keeps closed what came with it.
    """
    referral = locked_referral(condition.referral)
    policies.check_can_decide(by, referral)
    condition = Condition.objects.select_for_update().get(pk=condition.pk)
    condition.referral = referral
    if answer not in _ANSWERS:
        raise NotAllowed(_("Choose from the list."))
    if condition.is_settled:
        raise NotNow(_("This condition has been answered already."))
    if referral.status == Status.SENT:
        raise NotNow(_("Acknowledge the referral first."))
    if answer == ConditionAnswer.AS_LAW_ALLOWS:
        remark = remark or referral.unit.standing_text
        if not remark.strip():
            raise NotAllowed(_("Say how far your law allows it."))
    condition.answer, condition.answered_by = answer, by
    condition.answered_at = timezone.now()
    condition.remark = (
        words.seal(remark, referral=referral, on=condition, column="remark") if remark else None
    )
    condition.save(update_fields=["answer", "answered_by", "answered_at", "remark"])
    _record_condition(Event.CONDITION_ANSWERED, condition, by)
    if answer == ConditionAnswer.CANNOT:
        notifications.condition_refused(condition)
    return condition


@transaction.atomic
def waive_condition(*, condition: Condition, by: User) -> Condition:
    """The sender gives up a condition that the recipient cannot accept; what it closed opens."""
    referral = locked_referral(condition.referral)
    policies.check_is_sender(by, referral)
    condition = Condition.objects.select_for_update().get(pk=condition.pk)
    condition.referral = referral
    if condition.is_settled:
        raise NotNow(_("This condition stands in nobody's way."))
    condition.answer, condition.answered_by = ConditionAnswer.WAIVED, by
    condition.answered_at = timezone.now()
    condition.save(update_fields=["answer", "answered_by", "answered_at"])
    _record_condition(Event.CONDITION_WAIVED, condition, by)
    notifications.condition_waived(condition)
    return condition


@transaction.atomic
def open_words(*, referral: Referral, by: User) -> Opening:
    """A permit to read the words of a referral; one for each person and quarter of an hour (R3)."""
    package = Package(referral)
    still_open = Opening.objects.filter(
        by=by.reference,
        target=f"{package.custody_label}:{package.reference}",
        ended_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
    return still_open.order_by("-id").first() or vault.open(
        package, by=by, reason=_("Reading what was given."), files={}
    )


@transaction.atomic
def open_exhibit(
    *, item: ReferralItem, name: str, reason: str, chosen: bool = False, by: User
) -> Opening:
    """One opening of what was given, under that name; graphic content only if `chosen`."""
    graphic = marked(item.referral, ContentMarker.GRAPHIC).filter(exhibit=item.exhibit_id)
    check_chosen([ContentMarker.GRAPHIC] if graphic.exists() else [], chosen=chosen)
    if item.file is None:
        raise NotNow(_("This exhibit has no sealed file in the portal."))
    return vault.open(item.thing, by=by, reason=reason, files={name: item.file})


def become(referral: Referral, to: Status, by: User) -> Referral:
    """Publish a state: the one place that changes what the sender sees of it."""
    check_transition(referral.status, to)
    now = timezone.now()
    before, referral.status, referral.since = referral.status, to, now
    referral.due_on = due_on(to, referral.unit, now)
    if to in (Status.DECLINED, Status.ENDED):
        referral.access_ends_on = referral.due_on
    referral.save(update_fields=["status", "since", "due_on", "access_ends_on"])
    log.record(
        Event.PUBLISHED,
        on=referral,
        by=by,
        submission=referral.submission.reference,
        data={"from": before, "to": to},
        at=now,
    )
    code = "cases.published" if to in (Status.RECEIVED, *PUBLISHABLE) else "cases.decided"
    notifications.published(referral, code, f"{to}-{now.isoformat()}")
    return referral


def _record_condition(event: Event, condition: Condition, by: User) -> None:
    log.record(
        event,
        on=condition,
        by=by,
        submission=condition.referral.submission.reference,
        data={
            "referral": condition.referral.reference,
            "condition": condition.number,
            "answer": condition.answer,
        },
    )
