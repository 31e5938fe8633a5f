"""The advised route: a sealed question to the Secretariat about a frozen version (DESIGN 5.4)."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import referrals
from cases.actions.referrals import Recipient
from cases.events import Event
from cases.giving import ToGive
from cases.models import Advice, AdviceExhibit
from cases.openings import Question
from cases.showing import fit
from cases.states import ADVICE_WITHIN, AdviceStatus, check_advice
from cases.vocabularies import Forum
from custody import log, vault
from custody.models import Opening
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import Unit, User
from submissions.actions.drafts import locked
from submissions.models import Exhibit, Submission, Version
from submissions.policies import check_can_approve
from submissions.vocabularies import SecretariatView

QUESTION_COLUMN = "cases.advice.question"
ANSWER_COLUMN = "cases.advice.answer"


@transaction.atomic
def ask(
    *,
    version: Version,
    question: str,
    view: str = SecretariatView.BLIND,
    exhibits: Sequence[Exhibit] = (),
    by: User,
) -> Advice:
    """Ask who could take it. In `blind` the adviser reads the question and nothing else; in
    `cover`, as long as the question is open, the frozen cover sheet as well; in `assist` also what
    is written in the version, and these exhibits (R14).
    """
    submission = locked(version.submission)
    check_can_approve(by, submission)
    if not question.strip():
        raise NotAllowed(_("Write your question."))
    if view not in settings.SECRETARIAT_VIEWS:
        raise NotAllowed(_("Choose what the Secretariat may see from the list."))
    if submission.status == "withdrawn":
        raise NotNow(_("This has been withdrawn."))
    if view == SecretariatView.COVER:
        policies.check_shown_to_secretariat(submission)
    shown = _to_show(submission, version, view, exhibits)
    if submission.advice.open().exists():
        raise NotNow(_("You have asked already; the answer comes within 7 days."))
    now = timezone.now()
    advice = Advice(
        submission=submission,
        version=version,
        view=view,
        asked_by=by,
        asked_at=now,
        due_on=timezone.localdate(now) + ADVICE_WITHIN,
    )
    advice.question = _seal(advice, question, QUESTION_COLUMN)
    advice.save()
    for one in shown:
        AdviceExhibit.objects.create(advice=advice, exhibit=one.exhibit, copy=one.copy)
    data: dict[str, log.Datum] = {"view": advice.view}
    if shown:
        data["exhibits"] = list[log.Datum](one.exhibit.number for one in shown)
        data["copies"] = list[log.Datum](one.exhibit.number for one in shown if one.copy)
    _record(Event.ADVICE_ASKED, advice, by, data)
    notifications.advice_asked(advice)
    return advice


@transaction.atomic
def hand_over_and_ask(
    *,
    submission: Submission,
    recipients: list[Recipient],
    question: str,
    view: str = SecretariatView.BLIND,
    exhibits: Sequence[Exhibit] = (),
    without: Sequence[Unit] = (),
    by: User,
) -> Version:
    """Freeze the draft and ask who could take it, in one step (DESIGN 5.4).

    `recipients` are those of earlier versions, with what is chosen for them; others come later.
    """
    version = referrals.hand_over(
        submission=submission, recipients=recipients, without=without, by=by
    )
    ask(version=version, question=question, view=view, exhibits=exhibits, by=by)
    return version


@transaction.atomic
def open_question(*, advice: Advice, by: User) -> Opening:
    """A permit for an adviser to read question and answer; one per quarter of an hour (R3).

    The organisation sees it among the openings of its submission.
    """
    sealed = Question(advice)
    still_open = Opening.objects.filter(
        by=by.reference,
        target=f"{sealed.custody_label}:{sealed.reference}",
        ended_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
    return still_open.order_by("-id").first() or vault.open(
        sealed, by=by, reason=_("Answering a question."), files={}
    )


@transaction.atomic
def give(
    *, advice: Advice, text: str, units: Sequence[Unit] = (), forum: str = "", by: User
) -> Advice:
    """Suggest recipients, or another forum, with reasons. The CSO alone decides what it does."""
    advice = _locked(advice)
    policies.check_can_advise(by, advice)
    becomes = AdviceStatus.ADVISED_ELSEWHERE if forum else AdviceStatus.ADVISED
    check_advice(advice.status, becomes)
    if not text.strip() or bool(units) == bool(forum):
        raise NotAllowed(_("Suggest recipients or another forum, and say why."))
    if forum and forum not in Forum.values:
        raise NotAllowed(_("Choose from the list."))
    if not all(unit.partner.receives_referrals for unit in units):
        raise NotAllowed(_("Only authorities and mechanisms receive referrals."))
    advice.status = becomes
    advice.answer, advice.forum = _seal(advice, text, ANSWER_COLUMN), forum
    advice.answered_by, advice.answered_at = by, timezone.now()
    advice.save(update_fields=["status", "answer", "forum", "answered_by", "answered_at"])
    advice.suggested.set(units)
    data: dict[str, log.Datum] = {
        "units": list[log.Datum](sorted(unit.reference for unit in units)),
        "forum": forum,
    }
    _record(Event.ADVICE_GIVEN, advice, by, data)
    notifications.advice_ended(advice, "cases.advice_given")
    return advice


def read_question(advice: Advice) -> str:
    """For the CSO and its adviser."""
    return _open(advice, advice.question, QUESTION_COLUMN)


def read_answer(advice: Advice) -> str:
    """For the CSO and its adviser, or ""."""
    return _open(advice, advice.answer, ANSWER_COLUMN) if advice.answer is not None else ""


def _to_show(
    submission: Submission, version: Version, view: str, exhibits: Sequence[Exhibit]
) -> list[ToGive]:
    """What the question shows of these, each as it may be shown; or a refusal (R4)."""
    if view != SecretariatView.ASSIST:
        if exhibits:
            raise NotAllowed(_("Exhibits are shown only with what is written."))
        return []
    policies.check_shown_in_words(submission)
    wanted = {one.pk for one in exhibits}
    there = version.items.there().filter(exhibit__in=wanted)
    found = [one.exhibit for one in there.select_related("exhibit__file")]
    fitting = fit(submission, found, version=version)
    if {one.exhibit.pk for one in fitting.shown} != wanted:
        raise NotAllowed(
            _("One of these exhibits may not be shown. %(what)s.")
            % {"what": "; ".join(fitting.without[:3])}
        )
    return fitting.shown


def _locked(advice: Advice) -> Advice:
    found: Advice = (
        Advice.objects.select_for_update(of=("self",))
        .select_related("submission__compartment", "submission__partner", "version")
        .get(pk=advice.pk)
    )
    return found


def _seal(advice: Advice, text: str, column: str) -> bytes:
    return seal_text(
        text, compartment=advice.submission.compartment, column=column, row=advice.reference
    )


def _open(advice: Advice, sealed: bytes | memoryview, column: str) -> str:
    return open_text(
        sealed, compartment=advice.submission.compartment, column=column, row=advice.reference
    )


def _record(event: Event, advice: Advice, by: log.Actor, data: dict[str, log.Datum]) -> None:
    log.record(event, on=advice, by=by, submission=advice.submission.reference, data=data)
