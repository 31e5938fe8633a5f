"""Asking a colleague to agree to an opening, and answering. The unit's own (R5)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies, two_people
from cases.actions import words
from cases.actions.referrals import locked_referral
from cases.events import Event
from cases.models import ReferralItem, SecondReader
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User

ANSWERED_WITHIN = timedelta(days=3)
LASTS = timedelta(hours=24)


@transaction.atomic
def ask(*, item: ReferralItem, colleague: User, reason: str, by: User) -> SecondReader:
    """Ask a colleague who may read it too. Asking again, or somebody else, is possible."""
    item = _locked(item, by)
    if not two_people.standings(item.referral, by).get(item.exhibit_id):
        raise NotNow(_("The sender does not ask for two people here."))
    if colleague.pk == by.pk:
        raise NotAllowed(_("Another person agrees, not you."))
    if not two_people.colleagues(item.referral, by).filter(pk=colleague.pk).exists():
        raise NotAllowed(_("Choose somebody of your unit who may read it too."))
    if not reason.strip():
        raise NotAllowed(_("Say why it is to be opened."))
    mine = SecondReader.objects.filter(item=item, asked_by=by, colleague=colleague)
    if mine.awaited().exists():
        raise NotNow(_("This person was asked already and has not answered yet."))
    now = timezone.now()
    asked = SecondReader(
        item=item, asked_by=by, asked_at=now, colleague=colleague, until=now + ANSWERED_WITHIN
    )
    asked.reason = words.seal(reason, referral=item.referral, on=asked, column="reason")
    asked.save()
    _record(Event.SECOND_ASKED, asked, by, colleague=colleague.reference)
    notifications.second_asked(asked)
    return asked


@transaction.atomic
def answer(*, asked: SecondReader, agreed: bool, by: User) -> SecondReader:
    """The colleague agrees, and both may open it for a day; or does not. Said once."""
    item = _locked(asked.item, by)
    asked = SecondReader.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    asked.item = item
    if asked.colleague_id != by.pk:
        raise NotAllowed(_("Only the colleague who was asked answers."))
    if asked.agreed is not None:
        raise NotNow(_("This has been answered already."))
    now = timezone.now()
    if asked.until <= now:
        raise NotNow(_("The time to answer is over. Your colleague can ask again."))
    asked.agreed, asked.answered_at = agreed, now
    asked.until = now + LASTS if agreed else now
    asked.save(update_fields=["agreed", "answered_at", "until"])
    _record(Event.SECOND_ANSWERED, asked, by, agreed=agreed)
    notifications.second_answered(asked)
    return asked


def read_reason(asked: SecondReader) -> str:
    """For the two of them, who read the referral."""
    return words.read(asked.reason, referral=asked.item.referral, on=asked, column="reason")


def _locked(item: ReferralItem, by: User) -> ReferralItem:
    """Its referral is locked, and this person may have it opened but for the other one."""
    referral = locked_referral(item.referral)
    policies.check_can_read(by, referral)
    if not referral.is_readable:
        raise NotNow(_("This was recalled, or has ended: nothing can be opened."))
    item = ReferralItem.objects.select_related("exhibit", "version").get(pk=item.pk)
    item.referral = referral
    if item.ended_at is not None:
        raise NotNow(_("This exhibit was taken back: nobody opens it."))
    if not policies.settled(referral).opens(item):
        raise NotNow(_("A condition keeps this closed; answer it first."))
    return item


def _record(event: Event, asked: SecondReader, by: User, **data: log.Datum) -> None:
    referral = asked.item.referral
    log.record(
        event,
        on=asked,
        by=by,
        submission=referral.submission.reference,
        data={"referral": referral.reference, "exhibit": asked.item.exhibit.number, **data},
    )
