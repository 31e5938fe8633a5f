"""Handing over, and giving what was handed over to further recipients: three steps, one decision."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.actions import advising, handling, referrals, terms
from cases.actions.handling import Marked
from cases.models import Advice
from cases.recipients import living, passed_over, possible
from cases.sender_forms import RecipientForm
from cases.spoken import Item, items_of
from cases.states import ADVICE_WITHIN, DUE_AFTER, Status
from cases.views.reading import submission_of
from cases.vocabularies import Mode
from cases.walk import CHECK, CONDITIONS, DONE, RECIPIENTS, Walk
from impna.errors import NotNow, Refused, Sentence
from impna.references import read_reference
from partners.models import User
from partners.policies import allowed
from submissions import declarations, manifest
from submissions.actions import exhibits, risks, unsaved
from submissions.actions.versions import check_complete, check_eyes
from submissions.completeness import missing
from submissions.drafting_pages import GIVE, HAND_OVER
from submissions.models import StandingExclusion, Submission, Version, VersionExhibit
from submissions.policies import check_can_approve
from submissions.spoken import numbers
from submissions.states import Status as SubmissionStatus
from submissions.states import check_transition
from submissions.views import check
from submissions.views.drafts import may_draft
from submissions.views.unsaved import addresses, as_sent

_TEMPLATES = {
    RECIPIENTS: "cases/hand_over_recipients.html",
    CONDITIONS: "cases/hand_over_conditions.html",
    CHECK: "cases/hand_over_check.html",
}


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze the draft and give it: who, how much, check, hand over."""
    submission, user = submission_of(request, reference, "begun_by", "cover_sheet")
    check_can_approve(user, submission)
    if _is_done(request, submission):
        messages.info(request, _("It was handed over a moment ago. This is its receipt."))
        return redirect("cases:receipt", submission.reference, submission.versions_made)
    check_transition(submission.status, SubmissionStatus.HANDED_OVER)
    exhibits.open_names(submission=submission, by=user)
    if request.POST.get("to") == DONE:  # said before anything that recipients may not be given
        check_complete(submission)
    earlier = VersionExhibit.objects.filter(version__submission=submission)
    present = submission.exhibits.present().select_related("file", "submission__compartment")
    data, left_at = _left(request, submission, HAND_OVER, user)
    walk = Walk(
        data,
        possible=possible(submission),
        living=living(submission),
        items=items_of(present, earlier=earlier.values_list("exhibit", flat=True)),
        submission=submission,
        may_ask=True,
    )
    if walk.step == DONE:
        without = [one.unit for one in walk.left_out]
        if walk.asks:
            version = advising.hand_over_and_ask(
                submission=submission,
                recipients=walk.recipients,
                question=walk.question,
                view=walk.view,
                exhibits=walk.shown,
                without=without,
                by=user,
            )
        else:
            version = referrals.hand_over(
                submission=submission, recipients=walk.recipients, without=without, by=user
            )
        unsaved.discard(submission=submission, page=HAND_OVER, by=user)
        messages.success(request, _told(walk))
        return redirect("cases:receipt", submission.reference, version.number)
    context = {
        "submission": submission,
        "number": submission.next_version,
        "refusal": _refusal(user, submission),
        "missing": missing(submission, sealed=True),
        **_about(request, submission, walk, user),
        **addresses(submission, HAND_OVER),
        "left_at": left_at,
    }
    return _shown(request, submission, walk, HAND_OVER, context)


@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the newest version to further recipients."""
    submission, user = submission_of(request, reference)
    check_can_approve(user, submission)
    version = submission.versions.last()
    if version is None:
        raise NotNow(_("Nothing was handed over yet."))
    if submission.status in (SubmissionStatus.WITHDRAWN, SubmissionStatus.ERASED):
        raise NotNow(_("This has been withdrawn."))
    exhibits.open_names(submission=submission, by=user)
    found = [
        item.exhibit
        for item in version.items.there()
        .select_related("exhibit__file", "exhibit__submission__compartment")
        .order_by("exhibit__number")
    ]
    data, left_at = _left(request, submission, GIVE, user)
    walk = Walk(
        data,
        possible=[*passed_over(submission), *possible(submission)],
        living=[],
        items=items_of(found),
        submission=submission,
        may_ask=False,
        suggested=_suggested(submission, request.GET.get("advice", "")),
    )
    if walk.step == DONE:
        made = referrals.refer_all(version=version, recipients=walk.recipients, by=user)
        unsaved.discard(submission=submission, page=GIVE, by=user)
        messages.success(request, _given(len(made)))
        return redirect("cases:given-list", submission.reference)
    context = {
        "submission": submission,
        "version": version,
        "number": version.number,
        "refusal": "",
        "missing": [],
        **_about(request, submission, walk, user, version),
        **addresses(submission, GIVE),
        "left_at": left_at,
    }
    return _shown(request, submission, walk, GIVE, context)


def _left(
    request: HttpRequest, submission: Submission, page: str, user: User
) -> tuple[QueryDict | None, datetime | None]:
    """What was sent; on a plain visit what this person left unfinished, and when."""
    if request.method == "POST":
        return request.POST, None
    typed = unsaved.find(submission, page, user)
    if typed is None:
        return None, None
    data = as_sent(typed.fields)
    step = data.get("at", "")
    data["to"] = step if step in _TEMPLATES else RECIPIENTS
    return data, typed.at


def _shown(
    request: HttpRequest, submission: Submission, walk: Walk, page: str, context: dict[str, Any]
) -> HttpResponse:
    """A step; what was sent so far is kept, so that a closed tab loses none of it."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST" and unsaved.fits(walk.kept):
        unsaved.keep(submission=submission, page=page, fields=walk.kept, by=user)
    status = walk.status if request.method == "POST" else 200
    return render(request, _TEMPLATES[walk.step], context, status=status)


def _about(
    request: HttpRequest,
    submission: Submission,
    walk: Walk,
    user: User,
    version: Version | None = None,
) -> dict[str, Any]:
    """What all three steps show; on the last one every answer, as the draft or the version has it."""
    context: dict[str, Any] = {
        "walk": walk,
        "form": walk.form,
        "steps": _steps(walk.step),
        "may_send_back": submission.status == SubmissionStatus.READY and version is None,
        "living": walk.reached,
        "blocked": walk.blocked,
        "never": StandingExclusion.objects.visible_to(user).live().select_related("body"),
    }
    if walk.step == CHECK:
        marked = _marked(walk.items, version)
        at = check.place(request.POST.get("answers", ""))
        of_version, of_draft = check.of_version, check.of_draft
        answers = of_version(version, at=at) if version else of_draft(submission, at=at)
        context |= {
            "rows": [_row(form, marked, submission) for form in walk.forms],
            "words": declarations.WORDS,
            "next": _what_next(walk),
            "shown": numbers(one.number for one in walk.shown),
            "shown_copies": numbers(one.number for one in walk.shown_copies),
            "risks": risks.told(submission) if walk.forms else [],
            "late": risks.late(submission) if walk.forms else "",
            "answers": answers,
            "may_change": version is None and may_draft(user, submission),
        }
    return context


def _marked(items: list[Item], version: Version | None) -> list[Marked]:
    """How each exhibit may be handled: as frozen in the version, else as the draft says."""
    if version is not None:
        return [Marked.told(entry) for entry in manifest.read(version)["exhibits"]]
    return [Marked.now(item.exhibit) for item in items]


def _row(form: RecipientForm, marked: list[Marked], submission: Submission) -> dict[str, Any]:
    """One recipient on the last step."""
    chosen, mode = form.chosen, Mode(form.cleaned_data["mode"])
    then = {one.exhibit.number for one in form.held_then}
    asked = handling.terms((one for one in marked if one.number in then), form.to.live)
    return {
        "to": form.to,
        "mode": mode.label,
        "exhibits": numbers(one.exhibit.number for one in chosen),
        "is_alert": mode == Mode.ALERT,
        "copies": numbers(one.exhibit.number for one in form.copies),
        "someone": numbers(
            one.exhibit.number for one in chosen if one.shows_someone and one not in form.copies
        ),
        "quarantined": numbers(one.exhibit.number for one in chosen if one.is_quarantined),
        "conditions": form.cleaned_data["conditions"],
        "handling": [term.sentence for term in asked],
        "people": terms.of_people(submission, [one.exhibit for one in form.held_then]),
    }


def _what_next(walk: Walk) -> list[dict[str, Any]]:
    """Dates from today on, nearest first."""
    today = timezone.localdate()
    rows = [(today, _("You get a receipt with reference, time and digest."))]
    if walk.forms:
        rows.append((today, _("Each recipient is told that something waits, and nothing else.")))
    if walk.asks:
        rows.append(
            (
                today + ADVICE_WITHIN,
                _("The Secretariat answers your question. If it does not, you decide by yourself."),
            )
        )
    new = [form.to.unit for form in walk.forms if form.to.live is None]
    if new:
        acknowledged = today + DUE_AFTER[Status.SENT]
        rows.append((acknowledged, _("Each acknowledges. If one does not, your desk says so.")))
    due: dict[date, list[str]] = {}
    for unit in new:
        due.setdefault(today + timedelta(days=unit.feedback_days), []).append(unit.partner.name)
    for day, names in sorted(due.items()):
        words = _(
            "Feedback is due from %(names)s, even if it is only “in use, no detail possible”."
        )
        rows.append((day, words % {"names": "; ".join(names)}))
    return [{"at": day, "text": words, "next": True} for day, words in rows]


def _steps(step: str) -> list[dict[str, Any]]:
    order = [RECIPIENTS, CONDITIONS, CHECK]
    labels = [_("Who gets it"), _("How much, and on which conditions"), _("Check and hand over")]
    at = order.index(step)
    return [
        {"label": label, "done": place < at, "current": place == at}
        for place, label in enumerate(labels)
    ]


def _refusal(user: User, submission: Submission) -> Sentence:
    """Why this person cannot hand it over now, whatever is chosen; "" when nothing is in the way."""
    try:
        check_eyes(user, submission, timezone.now())
    except Refused as refused:
        return refused.reason
    return ""


def _is_done(request: HttpRequest, submission: Submission) -> bool:
    """The same form was sent twice: the version it would have made is there."""
    wanted = request.POST.get("number", "")
    made = str(submission.versions_made)
    is_over = submission.status == SubmissionStatus.HANDED_OVER
    return request.POST.get("to") == DONE and is_over and wanted == made


def _suggested(submission: Submission, reference: str) -> list[str]:
    """Units an answered question suggests, to be ticked beforehand."""
    wanted = read_reference(reference) or ""
    advice: Advice | None = submission.advice.filter(reference=wanted).first()
    return list(advice.suggested.values_list("reference", flat=True)) if advice else []


def _told(walk: Walk) -> str:
    if walk.asks:
        return _("Handed over. The Secretariat has been asked; nobody new has it yet.")
    return _given(len(walk.forms))


def _given(number: int) -> str:
    words = ngettext(
        "Handed over. %(n)d recipient has been told that something waits, and nothing else.",
        "Handed over. %(n)d recipients have been told that something waits, and nothing else.",
        number,
    )
    return words % {"n": number}


def may_approve(user: User, submission: Submission) -> bool:
    """For pages: the links of an approver."""
    return allowed(check_can_approve, user, submission)
