"""What the portal does when a date has passed: remind, lapse, end access, check digests (R11).

Each may run at any time and twice; every row is claimed under a lock that others skip.
"""

import logging
from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import notifications
from cases.events import Event
from cases.models import Advice, Condition, InformationRequest, Recall, Referral, Reminder, Taken
from cases.querysets import ReferralQuerySet
from cases.states import REQUEST_SOON, AdviceStatus, RequestStatus, Status
from custody import log
from custody.checks import digests_hold

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)
MOST_REMINDERS = 3
LEASE = timedelta(hours=2)
_SOME = 200


@transaction.atomic
def remind() -> int:
    """Remind units of what is overdue: on the day after, and each week, three times.

    A word, an answer to a condition, or what became of what was given or of what was taken back.
    """
    today = timezone.localdate()
    # Those reminded for the last time are left out: they must not stand before the others.
    recent = {"due_on__lt": today, "due_on__gte": today - MOST_REMINDERS * EVERY}
    made = sum(
        _remind(referral, referral.due_on, notifications.silent)
        for referral in _claimed(Referral.objects.live().filter(**recent))
    )
    conditions = Condition.objects.overdue(today).filter(**recent)
    recalls = Recall.objects.overdue(today).filter(**recent)
    for found, tell in (
        (conditions, notifications.condition_silent),
        (recalls, notifications.recall_silent),
    ):
        dates: dict[int, set[date]] = {}
        for referral_id, due_on in found.order_by("id").values_list("referral_id", "due_on"):
            dates.setdefault(referral_id, set()).add(due_on)
        made += sum(
            _remind(referral, due_on, tell)
            for referral in _claimed(Referral.objects.filter(pk__in=dates))
            for due_on in sorted(dates[referral.pk])
        )
    return made


@transaction.atomic
def remind_of_requests() -> int:
    """Remind senders of requests whose time is nearly over: once, and not of those just asked."""
    today = timezone.localdate()
    soon = InformationRequest.objects.filter(
        status=RequestStatus.ASKED,
        due_on__range=(today, today + REQUEST_SOON),
        referral__closed_at__isnull=True,
    ).select_related("referral__submission")
    return sum(
        notifications.request_soon(request)
        for request in soon.order_by("pk")
        if timezone.localdate(request.asked_at) < request.due_on - REQUEST_SOON
    )


@transaction.atomic
def lapse_requests() -> int:
    """Requests that nobody answered in time. Both sides are told."""
    late = InformationRequest.objects.filter(
        status=RequestStatus.ASKED, due_on__lt=timezone.localdate()
    ).select_for_update(of=("self",), skip_locked=True)
    found = list(late.select_related("referral__submission", "referral__unit")[:_SOME])
    for request in found:
        request.status = RequestStatus.LAPSED
        request.save(update_fields=["status"])
        log.record(
            Event.LAPSED,
            on=request,
            by=log.SYSTEM,
            submission=request.referral.submission.reference,
            data={"referral": request.referral.reference, "request": request.number},
        )
        notifications.request_lapsed(request)
    return len(found)


@transaction.atomic
def lapse_advice() -> int:
    """Questions the Secretariat did not answer: the choice goes back to the approver."""
    late = (
        Advice.objects.open()
        .filter(due_on__lt=timezone.localdate())
        .select_for_update(of=("self",), skip_locked=True)
    )
    found = list(late.select_related("submission")[:_SOME])
    for advice in found:
        advice.status = AdviceStatus.LAPSED
        advice.save(update_fields=["status"])
        log.record(
            Event.ADVICE_LAPSED, on=advice, by=log.SYSTEM, submission=advice.submission.reference
        )
        notifications.advice_ended(advice, "cases.advice_lapsed")
    return len(found)


@transaction.atomic
def end_access() -> int:
    """Thirty days after a decline or an end: what was given closes, and an answer is asked for."""
    over = Referral.objects.live().filter(
        status__in=[Status.DECLINED, Status.ENDED],
        access_ends_on__lt=timezone.localdate(),
        items__ended_at__isnull=True,
        items__isnull=False,
    )
    found = Referral.objects.filter(pk__in=over.values("pk")).select_for_update(
        of=("self",), skip_locked=True
    )
    ended = 0
    for referral in found.select_related("unit", "submission", "version")[:_SOME]:
        referral.items.live().update(ended_at=timezone.now())
        _record(Event.ACCESS_ENDED, referral, {})
        notifications.access_ended(referral)
        ended += 1
    return ended


def check_taken() -> int:
    """Read what was taken into files again, and say whether its digests hold. One at a time.

    What was never uploaded here has no bytes to read.
    """
    checked = 0
    while (taken := _claim()) is not None:
        file = taken.item.file
        assert file is not None
        try:
            holds = digests_hold(file)
        except Exception:
            logger.exception("A file that was taken could not be read; it is tried again.")
            return checked
        _keep(taken, holds=holds)
        checked += 1
    return checked


@transaction.atomic
def _claim() -> Taken | None:
    now = timezone.now()
    taken: Taken | None = (
        Taken.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            Q(item__copy__file__isnull=False)
            | Q(item__copy__isnull=True, item__exhibit__file__isnull=False),
            checked_at__isnull=True,
            item__exhibit__key__destroyed_at__isnull=True,
        )
        .exclude(claimed_until__gt=now)
        .order_by("id")
        .first()
    )
    if taken is not None:
        taken.claimed_until = now + LEASE
        taken.save(update_fields=["claimed_until"])
    return taken


@transaction.atomic
def _keep(taken: Taken, *, holds: bool) -> None:
    Taken.objects.filter(pk=taken.pk).update(
        checked_at=timezone.now(), holds=holds, claimed_until=None
    )
    log.record(
        Event.CHECKED,
        on=taken,
        by=log.SYSTEM,
        submission=taken.item.referral.submission.reference,
        data={"referral": taken.item.referral.reference, "holds": holds},
    )
    if not holds:
        # For whoever runs the portal: the inbox names nothing (R8).
        logger.error("The file of %s does not have its recorded digest.", taken.reference)
        notifications.damaged(taken)


def _claimed(found: ReferralQuerySet) -> ReferralQuerySet:
    """Locked, in one order; those that someone else has are left to them."""
    return (
        found.select_for_update(of=("self",), skip_locked=True)
        .select_related("unit", "submission", "version")
        .order_by("pk")
    )


def _remind(referral: Referral, due_on: date, tell: Callable[[Referral, date, int], None]) -> bool:
    """The reminder of today about one date; False when it went out already."""
    number = 1 + (timezone.localdate() - due_on - timedelta(days=1)) // EVERY
    _row, is_new = Reminder.objects.get_or_create(
        referral=referral, due_on=due_on, number=number, defaults={"at": timezone.now()}
    )
    if is_new:
        _record(Event.REMINDED, referral, {"number": number})
        tell(referral, due_on, number)
    return is_new


def _record(event: Event, referral: Referral, data: dict[str, log.Datum]) -> None:
    log.record(
        event, on=referral, by=log.SYSTEM, submission=referral.submission.reference, data=data
    )
