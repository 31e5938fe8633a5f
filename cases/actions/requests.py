"""Information requests and the thread: always between the recipient and the sender (DESIGN 5.7)."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import giving_more, words
from cases.actions.referrals import locked_referral
from cases.events import Event
from cases.giving import ToGive, choose
from cases.models import Attachment, InformationRequest, Message, Referral
from cases.states import REQUEST_LASTS, RequestStatus, Status, check_request
from cases.vocabularies import RequestKind
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions.drafts import locked
from submissions.models import Exhibit


@transaction.atomic
def ask(
    *, referral: Referral, kind: str, text: str, due: date | None = None, by: User
) -> InformationRequest:
    """Ask the sender to explain, complete, give what it holds, or whether a person is willing.

    Nobody is asked to collect anything new. Several may be open at once.
    """
    referral = locked_referral(referral)
    policies.check_can_work(by, referral)
    if kind not in RequestKind.values or not text.strip():
        raise NotAllowed(_("Choose what you ask for, and say it in a sentence."))
    if referral.status == Status.RECALLED:
        raise NotNow(_("The sender has taken this back."))
    if referral.status == Status.SENT:
        raise NotNow(_("Acknowledge the referral first."))
    today = timezone.localdate()
    if due is not None and due <= today:
        raise NotAllowed(_("Choose a day in the future."))
    request = InformationRequest(
        referral=referral,
        number=referral.requests.count() + 1,
        kind=kind,
        due_on=due or today + REQUEST_LASTS,
        asked_by=by,
        asked_at=timezone.now(),
    )
    request.words = words.seal(text, referral=referral, on=request, column="words")
    request.save()
    _record(Event.ASKED, request, by, {"kind": kind})
    notifications.asked(request)
    return request


@transaction.atomic
def answer(
    *,
    request: InformationRequest,
    text: str,
    exhibits: Sequence[Exhibit] = (),
    originals: Collection[int] = (),
    by: User,
) -> InformationRequest:
    """Answer, and give exhibits with it: they were handed over, and become items like any other.

    Redacted copies go before what they are copies of, but for `originals` (primary keys). Material
    that was not handed over yet goes into a supplement first.
    """
    request = _open(request, RequestStatus.ANSWERED, by)
    referral = request.referral
    if not text.strip():
        raise NotAllowed(_("Write an answer."))
    _give(request, choose(exhibits, originals=originals), by)
    request.answer = words.seal(text, referral=referral, on=request, column="answer")
    return _close(request, RequestStatus.ANSWERED, Event.ANSWERED, by, exhibits)


@transaction.atomic
def decline(*, request: InformationRequest, text: str, by: User) -> InformationRequest:
    """Say that it is not answered, and why."""
    request = _open(request, RequestStatus.DECLINED, by)
    if not text.strip():
        raise NotAllowed(_("Say why in a sentence."))
    request.answer = words.seal(text, referral=request.referral, on=request, column="answer")
    return _close(request, RequestStatus.DECLINED, Event.NOT_ANSWERED, by, ())


@transaction.atomic
def write(*, referral: Referral, text: str, by: User) -> Message:
    """A message to the other side."""
    referral = locked_referral(referral)
    from_sender = by.partner_id == referral.submission.partner_id
    if from_sender:
        policies.check_is_sender(by, referral)
    else:
        policies.check_can_work(by, referral)
    if not text.strip():
        raise NotAllowed(_("Write something."))
    message = Message(referral=referral, from_sender=from_sender, by=by, at=timezone.now())
    message.words = words.seal(text, referral=referral, on=message, column="words")
    message.save()
    log.record(
        Event.WROTE,
        on=message,
        by=by,
        submission=referral.submission.reference,
        data={"referral": referral.reference},
    )
    notifications.wrote(message)
    return message


def read_question(request: InformationRequest) -> str:
    """What is asked. Both sides read it."""
    return words.read(request.words, referral=request.referral, on=request, column="words")


def read_answer(request: InformationRequest) -> str:
    """What was answered, or "". Both sides read it."""
    return words.read(request.answer, referral=request.referral, on=request, column="answer")


def read_message(message: Message) -> str:
    """Both sides read it."""
    return words.read(message.words, referral=message.referral, on=message, column="words")


def _open(request: InformationRequest, to: RequestStatus, by: User) -> InformationRequest:
    locked(request.referral.submission)
    referral = locked_referral(request.referral)
    policies.check_is_sender(by, referral)
    request = InformationRequest.objects.select_for_update().get(pk=request.pk)
    request.referral = referral
    check_request(request.status, to)
    return request


def _give(request: InformationRequest, asked: list[ToGive], by: User) -> None:
    referral = request.referral
    if not asked:
        return
    giving_more.give(referral, asked, by, {})
    Attachment.objects.bulk_create(
        Attachment(request=request, exhibit=exhibit)
        for exhibit in {one.exhibit.pk: one.exhibit for one in asked}.values()
    )


def _close(
    request: InformationRequest,
    to: RequestStatus,
    event: Event,
    by: User,
    exhibits: Sequence[Exhibit],
) -> InformationRequest:
    request.status, request.answered_by, request.answered_at = to, by, timezone.now()
    request.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    numbers = list[log.Datum](sorted(exhibit.number for exhibit in exhibits))
    _record(event, request, by, {"exhibits": numbers})
    notifications.answered(request)
    return request


def _record(
    event: Event, request: InformationRequest, by: log.Actor, data: dict[str, log.Datum]
) -> None:
    log.record(
        event,
        on=request,
        by=by,
        submission=request.referral.submission.reference,
        data={"referral": request.referral.reference, "request": request.number, **data},
    )
