"""The end of access: recall, withdrawal, and what the recipient says became of what it had."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import grants, words
from cases.actions.referrals import due_on, locked_referral
from cases.events import Event
from cases.models import Message, Referral
from cases.states import Status, check_transition
from cases.vocabularies import Disposal
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions.drafts import locked
from submissions.models import Submission
from submissions.ports import By


@transaction.atomic
def recall(*, referral: Referral, reason: str, by: User) -> Referral:
    """Take it back: everything closes at once, and the recipient has to answer.

    What it has taken into its file can only be asked for, not obliged (DESIGN 5.6).
    """
    locked(referral.submission)
    referral = locked_referral(referral)
    policies.check_is_sender(by, referral)
    return _recall(referral, reason, by)


def recall_all(submission: Submission, by: By) -> None:
    """Plugged into `submissions.ports.withdrawn`: every live referral is recalled.

    Recipients learn that it was withdrawn; why, stays with the submission's own history.
    """
    for referral in submission.referrals.live().exclude(status=Status.RECALLED).order_by("pk"):
        _recall(locked_referral(referral), "", by, cause="withdrawal")


def recall_for_consent(referral: Referral, by: By) -> None:
    """What is written is not covered by somebody's word any more; the caller holds the locks (R4).

    Recipients learn that consent was taken back or narrowed, and not whose.
    """
    _recall(referral, "", by, cause="consent")


@transaction.atomic
def say_what_became(*, referral: Referral, disposal: str, text: str, by: User) -> Referral:
    """The recipient says what became of it, and under which law; access ends with that."""
    referral = locked_referral(referral)
    policies.check_can_decide(by, referral)
    if referral.status not in (Status.RECALLED, Status.DECLINED, Status.ENDED):
        raise NotNow(_("This is said when a referral was recalled, declined or has ended."))
    if disposal not in Disposal.values:
        raise NotAllowed(_("Choose from the list."))
    if disposal in (Disposal.IN_FILE, Disposal.DUTY_TO_KEEP) and not text.strip():
        raise NotAllowed(_("Say under which law it is kept."))
    if text.strip():
        _say(referral, text, by)
    _end_items(referral, by)
    for assignment in referral.assignments.live().select_for_update(of=("self",)):
        assignment.ended_at, assignment.ended_by = timezone.now(), by
        assignment.save(update_fields=["ended_at", "ended_by"])
    grants.take_all(referral, by)
    referral.disposal, referral.closed_at, referral.due_on = disposal, timezone.now(), None
    referral.save(update_fields=["disposal", "closed_at", "due_on"])
    _record(Event.DISPOSED, referral, by, {"disposal": disposal})
    notifications.published(referral, "cases.disposed", "disposed")
    return referral


def _recall(referral: Referral, reason: str, by: By, *, cause: str = "") -> Referral:
    check_transition(referral.status, Status.RECALLED)
    now = timezone.now()
    referral.status, referral.since = Status.RECALLED, now
    referral.due_on, referral.access_ends_on = due_on(Status.RECALLED, referral.unit, now), None
    referral.save(update_fields=["status", "since", "due_on", "access_ends_on"])
    _end_items(referral, by)
    if reason.strip() and isinstance(by, User):
        _say(referral, reason, by)
    data: dict[str, log.Datum] = {"cause": cause} if cause else {}
    _record(Event.RECALLED, referral, by, data, reason=reason)
    notifications.recalled(referral)
    return referral


def _end_items(referral: Referral, by: By) -> None:
    person = by if isinstance(by, User) else None
    referral.items.live().update(ended_at=timezone.now(), ended_by=person)


def _say(referral: Referral, text: str, by: User) -> None:
    """Reasons stand in the thread, where both sides read them."""
    from_sender = by.partner_id == referral.submission.partner_id
    message = Message(referral=referral, from_sender=from_sender, by=by, at=timezone.now())
    message.words = words.seal(text, referral=referral, on=message, column="words")
    message.save()


def _record(
    event: Event, referral: Referral, by: By, data: dict[str, log.Datum], *, reason: str = ""
) -> None:
    log.record(
        event,
        on=referral,
        by=by,
        submission=referral.submission.reference,
        data=data,
        reason=reason,
    )
