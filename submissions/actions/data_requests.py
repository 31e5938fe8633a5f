"""What people ask about their data: written down, extended once, answered; a restriction is lifted.

What was asked is sealed; reasons of an extension and an answer stand in the custody log, where they
can be erased. The log itself learns numbers, kinds and dates.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.keeping import ANSWER_WITHIN, EXTENDED_BY, Outcome, RequestKind, months_after
from submissions.models import DataSubjectRequest, Person, Submission
from submissions.states import Status

WORDS_COLUMN = "submissions.data_subject_request.words"


@transaction.atomic
def record(
    *,
    submission: Submission,
    kind: str,
    words: str,
    received_on: date,
    person: Person | None = None,
    by: User,
) -> DataSubjectRequest:
    """Somebody asked; an answer is due a month after it was received."""
    submission = locked(submission)
    policies.check_can_lead(by, submission)
    if submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
    if kind not in RequestKind.values:
        raise NotAllowed(_("Choose from the list."))
    if not words.strip():
        raise NotAllowed(_("Say what was asked."))
    if received_on > timezone.localdate():
        raise NotAllowed(_("It was received today or before."))
    if person is not None and not submission.persons.present().filter(pk=person.pk).exists():
        raise NotNow(_("This person is not there any more."))
    request = DataSubjectRequest(
        submission=submission,
        number=submission.data_requests.count() + 1,
        kind=kind,
        person=person,
        received_on=received_on,
        due_on=months_after(received_on, ANSWER_WITHIN),
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    request.words = seal_text(
        words, compartment=submission.compartment, column=WORDS_COLUMN, row=request.reference
    )
    request.save()
    _record(Event.DATA_REQUEST_RECORDED, request, by)
    return request


@transaction.atomic
def extend(*, request: DataSubjectRequest, reason: str, by: User) -> DataSubjectRequest:
    """Two further months, once, with a reason that the person is told."""
    request = _open(request, by)
    if request.extended_at is not None:
        raise NotNow(_("It was extended already; that is possible once."))
    _need(reason, _("Say why more time is needed."))
    request.due_on = months_after(request.received_on, ANSWER_WITHIN + EXTENDED_BY)
    request.extended_at, request.extended_by = timezone.now(), by
    request.save(update_fields=["due_on", "extended_at", "extended_by"])
    _record(Event.DATA_REQUEST_EXTENDED, request, by, reason=reason)
    return request


@transaction.atomic
def answer(
    *, request: DataSubjectRequest, outcome: str, reason: str, by: User
) -> DataSubjectRequest:
    """What was decided and why. What is granted is done by its own actions."""
    request = _open(request, by)
    if outcome not in Outcome.values:
        raise NotAllowed(_("Choose from the list."))
    _need(reason, _("Say what was done, or why not."))
    request.outcome, request.answered_at, request.answered_by = outcome, timezone.now(), by
    request.save(update_fields=["outcome", "answered_at", "answered_by"])
    _record(Event.DATA_REQUEST_ANSWERED, request, by, reason=reason)
    return request


@transaction.atomic
def lift(*, request: DataSubjectRequest, reason: str, by: User) -> DataSubjectRequest:
    """A granted restriction ends; the person is told before (GDPR 18(3))."""
    request = _locked(request, by)
    if request.answered_at is None or not request.restricts:
        raise NotNow(_("Only a restriction that was granted and still stands is lifted."))
    _need(reason, _("Say why it is lifted."))
    request.lifted_at, request.lifted_by = timezone.now(), by
    request.save(update_fields=["lifted_at", "lifted_by"])
    _record(Event.RESTRICTION_LIFTED, request, by, reason=reason)
    return request


def read_words(request: DataSubjectRequest) -> str:
    """What was asked. Callers open the submission's words first."""
    return open_text(
        request.words,
        compartment=request.submission.compartment,
        column=WORDS_COLUMN,
        row=request.reference,
    )


def _need(reason: str, otherwise: str) -> None:
    if not reason.strip():
        raise NotAllowed(otherwise)


def _locked(request: DataSubjectRequest, by: User) -> DataSubjectRequest:
    submission = locked(request.submission)
    policies.check_can_lead(by, submission)
    found: DataSubjectRequest = DataSubjectRequest.objects.select_for_update().get(pk=request.pk)
    found.submission = submission
    return found


def _open(request: DataSubjectRequest, by: User) -> DataSubjectRequest:
    found = _locked(request, by)
    if found.answered_at is not None:
        raise NotNow(_("This request has been answered already."))
    return found


def _record(event: Event, request: DataSubjectRequest, by: User, *, reason: str = "") -> None:
    log.record(
        event,
        on=request,
        by=by,
        submission=request.submission.reference,
        data={
            "request": request.number,
            "kind": request.kind,
            "due_on": request.due_on.isoformat(),
            "outcome": request.outcome,
        },
        reason=reason,
    )
